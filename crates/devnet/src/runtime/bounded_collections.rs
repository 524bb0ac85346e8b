pub(crate) mod bounded_vec {
    use parity_scale_codec::Encode;
    use scale_info::TypeInfo;

    /// A list with a bound, which no type tells.
    #[derive(Encode, TypeInfo)]
    pub(crate) struct BoundedVec<T>(Vec<T>);
}
