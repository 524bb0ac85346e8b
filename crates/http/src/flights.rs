//! Equal reads that are under way at the same time, made one.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use tokio::sync::OnceCell;
use url::Url;

use crate::error::HttpError;
use crate::request::Request;
use crate::response::Response;

type Landing = Result<Response<Bytes>, HttpError>;

/// The reads under way.
#[derive(Debug, Default)]
pub(crate) struct Flights(Mutex<HashMap<Url, Vec<Arc<Flight>>>>);

/// One read under way, and who else waits for it.
#[derive(Debug)]
struct Flight {
    headers: HeaderMap,
    /// Two tokens may see different answers at one address.
    secrets: HeaderMap,
    landing: OnceCell<Landing>,
}

/// What came of a read, and whether somebody else had sent it.
pub(crate) struct Landed {
    pub(crate) landing: Landing,
    pub(crate) shared: bool,
}

impl Flights {
    /// Reads, or waits for an equal read that is under way.
    ///
    /// A caller that gives up while it reads for others leaves the reading to the next of them.
    pub(crate) async fn join<F: Future<Output = Landing>>(
        &self,
        request: &Request,
        read: impl FnOnce() -> F,
    ) -> Landed {
        let seat = self.seat(request);
        let mut shared = true;
        let reading = || {
            shared = false;
            read()
        };
        let landing = seat.flight.landing.get_or_init(reading).await.clone();
        Landed { landing, shared }
    }

    fn seat(&self, request: &Request) -> Seat<'_> {
        let mut flights = self.lock();
        let there = flights.entry(request.url.clone()).or_default();
        let equal = there.iter().find(|flight| {
            // One that has landed is old news to whoever asks only now.
            flight.landing.get().is_none()
                && flight.headers == request.headers
                && flight.secrets == request.secrets
        });
        let flight = match equal {
            Some(flight) => Arc::clone(flight),
            None => {
                let flight = Arc::new(Flight {
                    headers: request.headers.clone(),
                    secrets: request.secrets.clone(),
                    landing: OnceCell::new(),
                });
                there.push(Arc::clone(&flight));
                flight
            }
        };
        Seat {
            flights: self,
            url: request.url.clone(),
            flight,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Url, Vec<Arc<Flight>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in a flight; the last one to leave takes it off the list.
struct Seat<'a> {
    flights: &'a Flights,
    url: Url,
    flight: Arc<Flight>,
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        // The list holds one, this seat another; more are taken under the lock only.
        if Arc::strong_count(&self.flight) > 2 {
            return;
        }
        if let Some(there) = flights.get_mut(&self.url) {
            there.retain(|flight| !Arc::ptr_eq(flight, &self.flight));
            if there.is_empty() {
                flights.remove(&self.url);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tokio::time::{sleep, timeout};

    use super::*;
    use crate::secret::Secret;

    const SECOND: Duration = Duration::from_secs(1);

    fn request(token: &str) -> Request {
        Request::get(Url::parse("http://host/path").unwrap()).bearer(&Secret::new(token))
    }

    /// Reads for a second, and counts it.
    async fn read(reads: &Cell<u32>) -> Landing {
        reads.set(reads.get() + 1);
        sleep(SECOND).await;
        Ok(Response::new(200, HeaderMap::new(), Bytes::new()))
    }

    #[tokio::test(start_paused = true)]
    async fn equal_reads_at_the_same_time_are_one() {
        let (flights, reads) = (Flights::default(), Cell::new(0));
        let (one, other) = (request("a"), request("a"));
        let (one, other) = tokio::join!(
            flights.join(&one, || read(&reads)),
            flights.join(&other, || read(&reads)),
        );
        assert_eq!((reads.get(), one.shared, other.shared), (1, false, true));
        assert!(flights.lock().is_empty(), "and nothing is left of it");

        flights.join(&request("a"), || read(&reads)).await;
        assert_eq!(reads.get(), 2, "what has ended is no answer to a later one");
    }

    #[tokio::test(start_paused = true)]
    async fn another_token_reads_for_itself() {
        let (flights, reads) = (Flights::default(), Cell::new(0));
        let (one, other) = (request("a"), request("b"));
        tokio::join!(
            flights.join(&one, || read(&reads)),
            flights.join(&other, || read(&reads)),
        );
        assert_eq!(reads.get(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_leaves_the_reading_to_the_next() {
        let (flights, reads) = (Flights::default(), Cell::new(0));
        let request = request("a");
        let hasty = timeout(SECOND / 2, flights.join(&request, || read(&reads)));
        let patient = flights.join(&request, || read(&reads));
        let (hasty, patient) = tokio::join!(hasty, patient);
        assert!(hasty.is_err());
        assert!(patient.landing.is_ok() && !patient.shared);
        assert!(flights.lock().is_empty());
    }
}
