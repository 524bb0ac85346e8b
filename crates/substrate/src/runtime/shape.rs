//! Whether a type of the metadata is laid out as a type of ours.

use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, Registry, TypeDef, TypeInfo, meta_type};

/// How deep types are compared; ours are far flatter, and a registry could be circular.
const DEEPEST: u32 = 16;

/// Whether bytes of the type `id` mean the same when read as a `T`.
///
/// They do when both have the same fields by name, order and type all the way down. One-field
/// wrappers leave no trace in the bytes and count as what is in them.
pub(super) fn is_laid_out_as<T: TypeInfo + 'static>(types: &PortableRegistry, id: u32) -> bool {
    let mut registry = Registry::new();
    let own_id = registry.register_type(&meta_type::<T>()).id;
    let own = PortableRegistry::from(registry);
    Comparison { own: &own, types }.same(own_id, id, DEEPEST)
}

struct Comparison<'a> {
    own: &'a PortableRegistry,
    types: &'a PortableRegistry,
}

impl Comparison<'_> {
    fn same(&self, own: u32, other: u32, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let own = unwrapped(self.own, own);
        let other = unwrapped(self.types, other);
        match (own, other) {
            (Some(TypeDef::Primitive(own)), Some(TypeDef::Primitive(other))) => own == other,
            (Some(TypeDef::Compact(own)), Some(TypeDef::Compact(other))) => {
                self.same(own.type_param.id, other.type_param.id, depth)
            }
            (Some(TypeDef::Sequence(own)), Some(TypeDef::Sequence(other))) => {
                self.same(own.type_param.id, other.type_param.id, depth)
            }
            (Some(TypeDef::Array(own)), Some(TypeDef::Array(other))) => {
                own.len == other.len && self.same(own.type_param.id, other.type_param.id, depth)
            }
            (Some(TypeDef::Tuple(own)), Some(TypeDef::Tuple(other))) => {
                let pairs = own.fields.iter().zip(&other.fields);
                own.fields.len() == other.fields.len()
                    && pairs
                        .into_iter()
                        .all(|(own, other)| self.same(own.id, other.id, depth))
            }
            (Some(TypeDef::Composite(own)), Some(TypeDef::Composite(other))) => {
                let same = |own: &Field<PortableForm>, other: &Field<PortableForm>| {
                    own.name == other.name && self.same(own.ty.id, other.ty.id, depth)
                };
                let mut pairs = own.fields.iter().zip(&other.fields);
                own.fields.len() == other.fields.len() && pairs.all(|(own, other)| same(own, other))
            }
            _ => false,
        }
    }
}

/// The type's definition, with one-field wrappers taken off.
pub(super) fn unwrapped(types: &PortableRegistry, mut id: u32) -> Option<&TypeDef<PortableForm>> {
    for _ in 0..DEEPEST {
        let definition = &types.resolve(id)?.type_def;
        match definition {
            TypeDef::Composite(wrapper) if wrapper.fields.len() == 1 => {
                id = wrapper.fields[0].ty.id;
            }
            definition => return Some(definition),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is<Live: TypeInfo + 'static, Own: TypeInfo + 'static>() -> bool {
        let mut registry = Registry::new();
        let id = registry.register_type(&meta_type::<Live>()).id;
        is_laid_out_as::<Own>(&registry.into(), id)
    }

    #[expect(dead_code, reason = "only their types matter")]
    #[test]
    fn wrappers_leave_no_trace_and_everything_else_does() {
        #[derive(TypeInfo)]
        struct Wrapped<T>(T);
        #[derive(TypeInfo)]
        struct Ours {
            a: u16,
            b: Vec<(u8, u64)>,
        }
        #[derive(TypeInfo)]
        struct Renewed {
            a: Wrapped<Wrapped<u16>>,
            b: Vec<(Wrapped<u8>, u64)>,
        }
        #[derive(TypeInfo)]
        struct Swapped {
            b: Vec<(u8, u64)>,
            a: u16,
        }
        #[derive(TypeInfo)]
        struct Longer {
            a: u16,
            b: Vec<(u8, u64)>,
            c: u8,
        }
        assert!(is::<Ours, Ours>() && is::<Renewed, Ours>());
        assert!(!is::<Swapped, Ours>() && !is::<Longer, Ours>());
        assert!(is::<[u8; 32], Wrapped<[u8; 32]>>() && !is::<[u8; 20], [u8; 32]>());
        assert!(!is::<u16, u32>() && !is::<Option<u8>, u8>());
    }
}
