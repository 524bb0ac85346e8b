use parity_scale_codec::Encode;
use scale_info::TypeInfo;

#[derive(Encode, TypeInfo)]
pub(crate) struct RuntimeVersion {
    spec_name: String,
    impl_name: String,
    authoring_version: u32,
    spec_version: u32,
    impl_version: u32,
    apis: Vec<([u8; 8], u32)>,
    transaction_version: u32,
    system_version: u8,
}

/// The version this runtime says it has.
pub(super) fn own() -> RuntimeVersion {
    RuntimeVersion {
        spec_name: "node-subtensor".into(),
        impl_name: "axonry-devnet".into(),
        authoring_version: 1,
        spec_version: super::SPEC_VERSION,
        impl_version: 1,
        apis: super::apis::apis()
            .into_iter()
            .map(|api| (id(api.name), api.version.0))
            .collect(),
        transaction_version: 1,
        system_version: 1,
    }
}

/// Runtime APIs are told apart by the blake2b-64 of their trait's name.
fn id(name: &str) -> [u8; 8] {
    let hash = blake2b_simd::Params::new()
        .hash_length(8)
        .hash(name.as_bytes());
    let mut id = [0; 8];
    id.copy_from_slice(hash.as_bytes());
    id
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_core_api_has_the_id_every_substrate_node_gives_it() {
        assert_eq!(hex::encode(super::id("Core")), "df6acb689907609b");
    }
}
