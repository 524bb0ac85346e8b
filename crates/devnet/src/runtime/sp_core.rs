pub(crate) mod bounded_vec {
    use parity_scale_codec::Encode;
    use scale_info::TypeInfo;

    /// Bytes with a bound, which no type tells.
    #[derive(Encode, TypeInfo, Default)]
    pub(crate) struct BoundedVec(Vec<u8>);
}

pub(crate) mod crypto {
    use parity_scale_codec::Encode;
    use scale_info::TypeInfo;

    #[derive(Encode, TypeInfo, Default)]
    pub(crate) struct AccountId32([u8; 32]);
}
