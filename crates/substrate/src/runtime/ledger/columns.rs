//! Selected columns of a metagraph.

use axonry_chain::{ChainError, Column, Columns};
use axonry_core::{Alpha, BlockNumber, Coldkey, Hotkey, NetUid, Rao};
use scale_decode::DecodeAsType;
use scale_decode::visitor::{IgnoreVisitor, decode_with_visitor};
use scale_info::form::PortableForm;
use scale_info::{Field, PortableRegistry, TypeDef};

use crate::runtime::neurons::LiveAxon;
use crate::runtime::{Runtime, missing};

const API: &str = "SubnetInfoRuntimeApi";
pub(in crate::runtime) const METHOD: &str = "get_selective_metagraph";
const ITEM: &str = "SubnetInfoRuntimeApi.get_selective_metagraph";

impl Runtime {
    /// What to ask for columns: by their numbers, which are the places of their names in the
    /// answer's type.
    ///
    /// # Errors
    /// [`ChainError::Incompatible`] when this runtime has no such call or no such column.
    pub fn columns_call(
        &self,
        netuid: NetUid,
        columns: &[Column],
    ) -> Result<(String, Vec<u8>), ChainError> {
        let fields = self.selective_metagraph()?;
        let number = |column: &Column| {
            let place = fields
                .iter()
                .position(|field| field.name.as_deref() == Some(column.name()));
            let number = place.and_then(|place| u16::try_from(place).ok());
            number.ok_or_else(|| no_column(*column))
        };
        let numbers = columns.iter().map(number).collect::<Result<Vec<_>, _>>()?;
        self.encode_runtime_call(API, METHOD, (netuid.0, numbers))
    }

    /// Reads the answer to [`Self::columns_call`].
    ///
    /// # Errors
    /// [`ChainError::NoSubnet`], [`ChainError::Incompatible`] when a column that was wanted is not
    /// there, [`ChainError::Decode`].
    pub fn columns(
        &self,
        netuid: NetUid,
        wanted: &[Column],
        answer: &[u8],
    ) -> Result<Columns, ChainError> {
        let rest = &mut match answer.split_first() {
            Some((0, [])) => return Err(ChainError::NoSubnet(netuid)),
            Some((1, rest)) => rest,
            _ => return Err(unreadable(&"it is no option")),
        };
        let mut columns = Columns::none(netuid);
        for field in self.selective_metagraph()? {
            let column = Column::ALL
                .iter()
                .find(|column| field.name.as_deref() == Some(column.name()));
            let reader = Reader {
                types: self.metadata().types(),
                type_id: field.ty.id,
                rest,
            };
            match column {
                Some(column) => reader.column(*column, &mut columns)?,
                None => reader.skip()?,
            }
        }
        if !rest.is_empty() {
            let left = rest.len();
            return Err(unreadable(&format_args!("{left} bytes are left over")));
        }
        // A runtime that answers with less than it was asked for numbers its columns otherwise.
        let left_out = wanted.iter().find(|column| !columns.has(**column));
        match left_out {
            Some(column) => Err(no_column(*column)),
            None => Ok(columns),
        }
    }

    /// The fields of the answer.
    fn selective_metagraph(&self) -> Result<&[Field<PortableForm>], ChainError> {
        let types = self.metadata().types();
        let output = self.method(API, METHOD, ITEM)?.output_ty();
        let fields = option_of(types, output).and_then(|id| match &types.resolve(id)?.type_def {
            TypeDef::Composite(composite) => Some(&composite.fields[..]),
            _ => None,
        });
        fields.ok_or_else(|| missing(ITEM, "it does not answer with an optional struct"))
    }
}

/// What an `Option` is of.
fn option_of(types: &PortableRegistry, id: u32) -> Option<u32> {
    let TypeDef::Variant(option) = &types.resolve(id)?.type_def else {
        return None;
    };
    match &option.variants[..] {
        [none, some] if none.fields.is_empty() && (none.index, some.index) == (0, 1) => {
            Some(some.fields.first()?.ty.id)
        }
        _ => None,
    }
}

struct Reader<'t, 'r, 'a> {
    types: &'t PortableRegistry,
    type_id: u32,
    rest: &'r mut &'a [u8],
}

impl Reader<'_, '_, '_> {
    fn skip(self) -> Result<(), ChainError> {
        let ignore = IgnoreVisitor::<PortableRegistry>::new();
        decode_with_visitor(self.rest, self.type_id, self.types, ignore)
            .map_err(|error| unreadable(&error))
    }

    fn list<T: DecodeAsType, U>(self, each: impl Fn(T) -> U) -> Result<Option<Vec<U>>, ChainError> {
        let list: Option<Vec<T>> =
            DecodeAsType::decode_as_type(self.rest, self.type_id, self.types)
                .map_err(|error| unreadable(&error))?;
        Ok(list.map(|list| list.into_iter().map(each).collect()))
    }

    fn column(self, column: Column, columns: &mut Columns) -> Result<(), ChainError> {
        let netuid = columns.netuid;
        let alpha = |units| Alpha::from_base_units(netuid, units);
        match column {
            Column::Hotkeys => columns.hotkeys = self.list(Hotkey::from_bytes)?,
            Column::Coldkeys => columns.coldkeys = self.list(Coldkey::from_bytes)?,
            Column::Axons => columns.axons = self.list(|axon: LiveAxon| axon.served())?,
            Column::Active => columns.active = self.list(|flag: bool| flag)?,
            Column::ValidatorPermit => columns.validator_permit = self.list(|flag: bool| flag)?,
            Column::PruningScore => columns.pruning_score = self.list(|share: u16| share)?,
            Column::LastUpdate => columns.last_update = self.list(BlockNumber)?,
            Column::Emission => columns.emission = self.list(alpha)?,
            Column::Dividends => columns.dividends = self.list(|share: u16| share)?,
            Column::Incentives => columns.incentives = self.list(|share: u16| share)?,
            Column::Consensus => columns.consensus = self.list(|share: u16| share)?,
            Column::Trust => columns.trust = self.list(|share: u16| share)?,
            Column::Rank => columns.rank = self.list(|share: u16| share)?,
            Column::BlockAtRegistration => {
                columns.block_at_registration = self.list(BlockNumber)?
            }
            Column::AlphaStake => columns.alpha_stake = self.list(alpha)?,
            Column::TaoStake => columns.tao_stake = self.list(Rao::from_rao)?,
            Column::TotalStake => columns.total_stake = self.list(alpha)?,
            _ => self.skip()?,
        }
        Ok(())
    }
}

fn no_column(column: Column) -> ChainError {
    missing(
        ITEM,
        &format!("its answer has no column `{}`", column.name()),
    )
}

fn unreadable(reason: &dyn std::fmt::Display) -> ChainError {
    ChainError::Decode {
        item: ITEM.to_owned(),
        reason: reason.to_string(),
    }
}
