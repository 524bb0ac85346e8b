use scale_info::TypeInfo;

#[derive(TypeInfo)]
#[expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]
pub(crate) struct OpaqueMetadata(Vec<u8>);

pub(crate) mod crypto {
    use parity_scale_codec::Encode;
    use scale_info::TypeInfo;

    #[derive(Encode, TypeInfo, Default)]
    pub(crate) struct AccountId32([u8; 32]);
}
