//! Storage items: where a value lies and what it is made of.

use std::collections::BTreeMap;

use frame_metadata::v16::{
    RuntimeMetadataV16, StorageEntryModifier, StorageEntryType, StorageHasher,
};
use scale_info::{PortableRegistry, TypeDef};
use twox_hash::XxHash64;

use super::transcode::transcode;
use super::{Presented, PresentedError, Value, encode};

/// One storage item of the presented runtime.
#[derive(Clone, Debug)]
pub(crate) struct StorageItem {
    /// Pallet and item, for messages.
    pub(crate) name: String,
    /// What every key of it starts with.
    pub(crate) prefix: [u8; 32],
    /// Hasher and type of each part of the key.
    keys: Vec<(StorageHasher, u32)>,
    /// The type of the value.
    pub(crate) value: u32,
    /// What an absent value reads as, unless it reads as absent.
    pub(crate) default: Option<Vec<u8>>,
}

pub(super) fn index(
    metadata: &RuntimeMetadataV16,
) -> BTreeMap<String, BTreeMap<String, StorageItem>> {
    let types = &metadata.types;
    let with_storage = metadata
        .pallets
        .iter()
        .filter_map(|pallet| Some((pallet, pallet.storage.as_ref()?)));
    with_storage
        .map(|(pallet, storage)| {
            let items = storage.entries.iter().map(|entry| {
                let (keys, value) = match &entry.ty {
                    StorageEntryType::Plain(value) => (Vec::new(), value.id),
                    StorageEntryType::Map {
                        hashers,
                        key,
                        value,
                    } => (keys(hashers, key.id, types), value.id),
                };
                let default = (entry.modifier == StorageEntryModifier::Default)
                    .then(|| entry.default.clone());
                let item = StorageItem {
                    name: format!("{}.{}", pallet.name, entry.name),
                    prefix: prefix(&storage.prefix, &entry.name),
                    keys,
                    value,
                    default,
                };
                (entry.name.clone(), item)
            });
            (pallet.name.clone(), items.collect())
        })
        .collect()
}

/// A key of several parts is a tuple with one field per hasher.
fn keys(
    hashers: &[StorageHasher],
    key: u32,
    types: &PortableRegistry,
) -> Vec<(StorageHasher, u32)> {
    match (hashers, types.resolve(key).map(|ty| &ty.type_def)) {
        ([_, _, ..], Some(TypeDef::Tuple(tuple))) => hashers
            .iter()
            .cloned()
            .zip(tuple.fields.iter().map(|field| field.id))
            .collect(),
        _ => hashers
            .iter()
            .cloned()
            .map(|hasher| (hasher, key))
            .collect(),
    }
}

impl StorageItem {
    /// The full key of one value, or the common start of several when parts are left out.
    pub(crate) fn key(
        &self,
        parts: &[Value],
        presented: &Presented,
    ) -> Result<Vec<u8>, PresentedError> {
        let misfit = |reason| PresentedError::Encode {
            item: self.name.clone(),
            reason,
        };
        if parts.len() > self.keys.len() {
            let (given, taken) = (parts.len(), self.keys.len());
            return Err(misfit(format!("{given} keys where it takes {taken}")));
        }
        let mut key = self.prefix.to_vec();
        for (part, (hasher, ty)) in parts.iter().zip(&self.keys) {
            let mut bytes = Vec::new();
            encode::encode(part, *ty, presented.types(), &mut bytes).map_err(misfit)?;
            hash_onto(hasher, &bytes, &mut key);
        }
        Ok(key)
    }
}

/// A key and its value.
type Entry = (Vec<u8>, Vec<u8>);

impl Presented {
    /// Every storage item there is.
    pub(crate) fn items(&self) -> impl Iterator<Item = &StorageItem> {
        self.storage.values().flat_map(BTreeMap::values)
    }

    /// Key and value of one of this runtime's items as another runtime has them; `None` when it has
    /// no such item.
    pub(crate) fn moved(
        &self,
        item: &StorageItem,
        key: &[u8],
        value: &[u8],
        new: &Self,
    ) -> Result<Option<Entry>, String> {
        let same = item.name.split_once('.');
        let Some(same) = same.and_then(|(pallet, name)| new.item(pallet, name)) else {
            return Ok(None);
        };
        let (types, new_types) = (self.types(), new.types());
        let mut moved = same.prefix.to_vec();
        let mut rest = &key[item.prefix.len()..];
        if item.keys.len() != same.keys.len() {
            return Err("it is keyed by something else".to_owned());
        }
        for ((hasher, ty), (new_hasher, new_ty)) in item.keys.iter().zip(&same.keys) {
            // The hash is no longer than what is left, or the key would not be one.
            rest = rest.get(hashed(hasher)?..).ok_or("a key ends early")?;
            let mut part = Vec::new();
            transcode(&mut rest, (*ty, types), (*new_ty, new_types), &mut part)?;
            hash_onto(new_hasher, &part, &mut moved);
        }
        let (mut left, mut content) = (value, Vec::new());
        let (old, new) = ((item.value, types), (same.value, new_types));
        transcode(&mut left, old, new, &mut content)?;
        Ok(Some((moved, content)))
    }
}

/// How many bytes of hash stand before a part of a key, which must be readable behind it.
fn hashed(hasher: &StorageHasher) -> Result<usize, String> {
    match hasher {
        StorageHasher::Identity => Ok(0),
        StorageHasher::Twox64Concat => Ok(8),
        StorageHasher::Blake2_128Concat => Ok(16),
        _ => Err("its keys cannot be read back".to_owned()),
    }
}

fn hash_onto(hasher: &StorageHasher, bytes: &[u8], key: &mut Vec<u8>) {
    match hasher {
        StorageHasher::Identity => {}
        StorageHasher::Blake2_128 | StorageHasher::Blake2_128Concat => {
            key.extend(blake2(16, bytes))
        }
        StorageHasher::Blake2_256 => key.extend(blake2(32, bytes)),
        StorageHasher::Twox64Concat => key.extend(twox(0, bytes)),
        StorageHasher::Twox128 => key.extend(twox_128(bytes)),
        StorageHasher::Twox256 => key.extend((0..4).flat_map(|seed| twox(seed, bytes))),
    }
    let keeps_the_value = matches!(
        hasher,
        StorageHasher::Identity | StorageHasher::Blake2_128Concat | StorageHasher::Twox64Concat
    );
    if keeps_the_value {
        key.extend_from_slice(bytes);
    }
}

fn prefix(pallet: &str, item: &str) -> [u8; 32] {
    let mut prefix = [0; 32];
    prefix[..16].copy_from_slice(&twox_128(pallet.as_bytes()));
    prefix[16..].copy_from_slice(&twox_128(item.as_bytes()));
    prefix
}

fn blake2(length: usize, bytes: &[u8]) -> Vec<u8> {
    let hash = blake2b_simd::Params::new().hash_length(length).hash(bytes);
    hash.as_bytes().to_vec()
}

fn twox(seed: u64, bytes: &[u8]) -> [u8; 8] {
    XxHash64::oneshot(seed, bytes).to_le_bytes()
}

fn twox_128(bytes: &[u8]) -> [u8; 16] {
    let mut hash = [0; 16];
    hash[..8].copy_from_slice(&twox(0, bytes));
    hash[8..].copy_from_slice(&twox(1, bytes));
    hash
}

#[cfg(test)]
mod tests {
    use axonry_core::AccountId;

    use super::*;

    /// Rows of full keys, made with the hashers of spec 393.
    #[test]
    fn keys_are_those_of_a_real_node() {
        let presented = Presented::own();
        let alice = AccountId::from_bytes(
            hex::decode("d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d")
                .expect("hex")
                .try_into()
                .expect("32 bytes"),
        );
        let rows: [(&str, &str, Vec<Value>, &str); 5] = [
            (
                "System",
                "Account",
                vec![alice.into()],
                "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9de1e86a9a8c739864cf3cc5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
            ),
            (
                "System",
                "Events",
                vec![],
                "26aa394eea5630e07c48ae0c9558cef780d41e5e16056765bc8461851072c9d7",
            ),
            (
                "Timestamp",
                "Now",
                vec![],
                "f0c365c3cf59d671eb72da0e7a4113c49f1f0515f462cdcf84e0f1d6045dfcbb",
            ),
            (
                "SubtensorModule",
                "Tempo",
                vec![1_u16.into()],
                "658faa385070e074c85bf6b568cf05557641384bb339f3758acddfd7053d33170100",
            ),
            (
                "SubtensorModule",
                "Uids",
                vec![14_u16.into(), alice.into()],
                "658faa385070e074c85bf6b568cf0555aab1b4e78e1ea8305462ee53b3686dc80e00de1e86a9a8c739864cf3cc5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d",
            ),
        ];
        for (pallet, item, parts, expected) in rows {
            let key = presented
                .item(pallet, item)
                .expect("declared")
                .key(&parts, &presented)
                .expect("fits");
            assert_eq!(hex::encode(key), expected, "{pallet}.{item}");
        }
    }
}
