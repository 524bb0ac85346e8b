use parity_scale_codec::Encode;
use scale_info::TypeInfo;

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct H256([u8; 32]);
