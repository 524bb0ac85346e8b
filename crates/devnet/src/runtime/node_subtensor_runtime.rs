#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

#[derive(TypeInfo)]
pub(crate) enum RuntimeCall {
    #[codec(index = 2)]
    Timestamp(super::pallet_timestamp::pallet::Call),
    #[codec(index = 7)]
    SubtensorModule(super::pallet_subtensor::Call),
}

#[derive(TypeInfo)]
pub(crate) enum RuntimeEvent {
    #[codec(index = 0)]
    System(super::frame_system::pallet::Event),
    #[codec(index = 7)]
    SubtensorModule(super::pallet_subtensor::Event),
}

#[derive(TypeInfo)]
pub(crate) enum RuntimeError {
    #[codec(index = 0)]
    System(super::frame_system::pallet::Error),
    #[codec(index = 7)]
    SubtensorModule(super::pallet_subtensor::Error),
}
