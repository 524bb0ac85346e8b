//! Numbers with a name: on the wire they are the number.

use parity_scale_codec::Encode;
use scale_info::TypeInfo;

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct NetUid(u16);

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct NetUidStorageIndex(u16);

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct MechId(u8);

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct AlphaBalance(u64);

#[derive(Encode, TypeInfo, Default)]
pub(crate) struct TaoBalance(u64);

impl TaoBalance {
    pub(crate) const fn of(rao: u64) -> Self {
        Self(rao)
    }
}
