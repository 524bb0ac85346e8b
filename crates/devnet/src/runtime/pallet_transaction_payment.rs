pub(crate) mod types {
    #![expect(
        dead_code,
        reason = "declared for the shape it gives the metadata, never built"
    )]

    use scale_info::TypeInfo;

    use crate::runtime::frame_support::dispatch::DispatchClass;

    #[derive(TypeInfo)]
    pub(crate) struct RuntimeDispatchInfo<Balance, Weight> {
        weight: Weight,
        class: DispatchClass,
        partial_fee: Balance,
    }
}
