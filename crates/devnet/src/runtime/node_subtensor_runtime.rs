#![expect(
    dead_code,
    reason = "declared for the shape it gives the metadata, never built"
)]

use scale_info::TypeInfo;

#[derive(TypeInfo)]
pub(crate) enum RuntimeCall {
    #[codec(index = 2)]
    Timestamp(super::pallet_timestamp::pallet::Call),
    #[codec(index = 5)]
    Balances(super::pallet_balances::pallet::Call),
    #[codec(index = 7)]
    SubtensorModule(super::pallet_subtensor::Call),
    #[codec(index = 11)]
    Utility(super::pallet_subtensor_utility::pallet::Call),
    #[codec(index = 18)]
    Commitments(super::pallet_commitments::pallet::Call),
}

#[derive(TypeInfo)]
pub(crate) enum RuntimeEvent {
    #[codec(index = 0)]
    System(super::frame_system::pallet::Event),
    #[codec(index = 5)]
    Balances(super::pallet_balances::pallet::Event),
    #[codec(index = 6)]
    TransactionPayment(super::pallet_transaction_payment::pallet::Event),
    #[codec(index = 7)]
    SubtensorModule(super::pallet_subtensor::Event),
    #[codec(index = 11)]
    Utility(super::pallet_subtensor_utility::pallet::Event),
    #[codec(index = 18)]
    Commitments(super::pallet_commitments::pallet::Event),
}

#[derive(TypeInfo)]
pub(crate) enum RuntimeError {
    #[codec(index = 0)]
    System(super::frame_system::pallet::Error),
    #[codec(index = 5)]
    Balances(super::pallet_balances::pallet::Error),
    #[codec(index = 7)]
    SubtensorModule(super::pallet_subtensor::Error),
    #[codec(index = 11)]
    Utility(super::pallet_subtensor_utility::pallet::Error),
    #[codec(index = 18)]
    Commitments(super::pallet_commitments::pallet::Error),
    #[codec(index = 28)]
    Swap(super::pallet_subtensor_swap::pallet::pallet::Error),
}
