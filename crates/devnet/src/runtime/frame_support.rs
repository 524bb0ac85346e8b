#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

pub(crate) mod dispatch {
    use scale_info::TypeInfo;

    #[derive(TypeInfo)]
    pub(crate) enum DispatchClass {
        Normal,
        Operational,
        Mandatory,
    }

    #[derive(TypeInfo)]
    pub(crate) enum Pays {
        Yes,
        No,
    }
}
