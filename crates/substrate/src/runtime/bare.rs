//! Structs of several fields with whatever is wrapped around them taken off.

use std::marker::PhantomData;

use scale_decode::ext::scale_type_resolver::visitor;
use scale_decode::visitor::{DecodeAsTypeResult, TypeIdFor};
use scale_decode::{DecodeAsType, Error, IntoVisitor, TypeResolver, Visitor};

/// How many wrappers are taken off; a registry could be circular.
const DEEPEST: u32 = 16;

/// A `T`, or a struct of one field that holds a `T`, to any depth: such wrappers leave no trace in
/// the bytes, and a derived decoder takes them off numbers only.
pub(super) struct Bare<T>(pub(super) T);

pub(super) struct BareVisitor<T, R>(PhantomData<(T, R)>);

impl<T: DecodeAsType> IntoVisitor for Bare<T> {
    type AnyVisitor<R: TypeResolver> = BareVisitor<T, R>;

    fn into_visitor<R: TypeResolver>() -> Self::AnyVisitor<R> {
        BareVisitor(PhantomData)
    }
}

impl<T: DecodeAsType, R: TypeResolver> Visitor for BareVisitor<T, R> {
    type TypeResolver = R;
    type Value<'scale, 'resolver> = Bare<T>;
    type Error = Error;

    fn unchecked_decode_as_type<'scale, 'resolver>(
        self,
        input: &mut &'scale [u8],
        mut type_id: TypeIdFor<Self>,
        types: &'resolver R,
    ) -> DecodeAsTypeResult<Self, Result<Self::Value<'scale, 'resolver>, Error>> {
        for _ in 0..DEEPEST {
            match only_field(type_id.clone(), types) {
                Some(inner) => type_id = inner,
                None => break,
            }
        }
        DecodeAsTypeResult::Decoded(T::decode_as_type(input, type_id, types).map(Bare))
    }
}

fn only_field<R: TypeResolver>(type_id: R::TypeId, types: &R) -> Option<R::TypeId> {
    let visitor = visitor::new((), |(), _| None).visit_composite(|(), _, fields| {
        let first = fields.next()?;
        fields.next().is_none().then_some(first.id)
    });
    types.resolve_type(type_id, visitor).ok().flatten()
}
