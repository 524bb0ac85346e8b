use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::timeout;

use super::asking::as_json;
use super::connection::Fault;
use super::question::Failure;
use super::{Link, keeper};
use crate::endpoint::Endpoint;

type Answer = Pin<Box<dyn Future<Output = Result<Box<RawValue>, Failure>> + Send>>;

impl Link {
    /// Puts a question to every healthy endpoint but the one in use, once each, on connections of
    /// their own.
    pub(crate) fn elsewhere(
        &self,
        method: &'static str,
        params: impl Serialize,
    ) -> Vec<(Endpoint, Answer)> {
        let (shared, params) = (&self.shared, as_json(&params));
        let current = shared.endpoints.current();
        let others = (0..shared.endpoints.len())
            .filter(|place| *place != current)
            .filter(|place| shared.endpoints.has_rested(*place, shared.patience.rest));
        let asked = others.map(|place| {
            let (shared, params) = (Arc::clone(shared), Arc::clone(&params));
            let endpoint = shared.endpoints.at(place).clone();
            let answer = async move {
                let asking = async {
                    let live = keeper::open_checked(&shared, place).await;
                    let live = live.map_err(Failure::Down)?;
                    let answer = live.connection.ask(method, params).await;
                    answer.map_err(|fault| match fault {
                        Fault::Lost => Failure::Down("the connection was lost".into()),
                        Fault::Refused(error) => Failure::Refused(error),
                    })
                };
                let answer = timeout(shared.patience.call, asking).await;
                answer.unwrap_or(Err(Failure::Late))
            };
            (endpoint, Box::pin(answer) as Answer)
        });
        asked.collect()
    }
}
