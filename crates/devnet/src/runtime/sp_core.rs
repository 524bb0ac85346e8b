pub(crate) mod crypto {
    use parity_scale_codec::Encode;
    use scale_info::TypeInfo;

    #[derive(Encode, TypeInfo, Default)]
    pub(crate) struct AccountId32([u8; 32]);
}
