#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

pub(crate) mod weight_v2 {
    use parity_scale_codec::Compact;
    use scale_info::TypeInfo;

    #[derive(TypeInfo)]
    pub(crate) struct Weight {
        ref_time: Compact<u64>,
        proof_size: Compact<u64>,
    }
}
