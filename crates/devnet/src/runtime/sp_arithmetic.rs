#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

#[derive(TypeInfo)]
pub(crate) enum ArithmeticError {
    Underflow,
    Overflow,
    DivisionByZero,
}
