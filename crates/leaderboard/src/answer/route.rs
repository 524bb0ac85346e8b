use crate::snapshot::Ask;

/// What an address means.
#[derive(Clone, Debug)]
pub(crate) enum Route {
    /// The page of all miners, as its query asks for.
    Page,
    Miner(u16, Ask),
    Table,
    State,
    Document,
    Events,
    Style,
    Script,
    Icon,
    Nowhere {
        /// Whether a program asks, and not a person.
        api: bool,
    },
}

impl Route {
    pub(crate) fn of(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').skip(1).take(6).collect();
        let found = match parts[..] {
            [""] => Some(Self::Page),
            ["style.css"] => Some(Self::Style),
            ["script.js"] => Some(Self::Script),
            ["icon.svg"] => Some(Self::Icon),
            ["events"] => Some(Self::Events),
            ["miners", uid] => miner(uid, Ask::Page),
            ["miners", uid, "why"] => miner(uid, Ask::Why),
            ["api", "v1", "standings"] => Some(Self::Table),
            ["api", "v1", "state"] => Some(Self::State),
            ["api", "v1", "openapi.json"] => Some(Self::Document),
            ["api", "v1", "miners", uid] => miner(uid, Ask::Json),
            ["api", "v1", "history", uid] => miner(uid, Ask::History),
            _ => None,
        };
        found.unwrap_or(Self::Nowhere {
            api: parts.first() == Some(&"api"),
        })
    }

    /// Whether a person asks.
    pub(crate) const fn is_page(&self) -> bool {
        matches!(self, Self::Page | Self::Miner(_, Ask::Page | Ask::Why))
    }
}

/// A slot as it is written: `12`, and neither `+12` nor `012`.
fn miner(uid: &str, ask: Ask) -> Option<Route> {
    let number: u16 = uid.parse().ok()?;
    (number.to_string() == uid).then_some(Route::Miner(number, ask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_spelling() {
        assert!(matches!(
            Route::of("/miners/12"),
            Route::Miner(12, Ask::Page)
        ));
        assert!(matches!(
            Route::of("/api/v1/history/0"),
            Route::Miner(0, Ask::History)
        ));
        for path in [
            "/miners/+1",
            "/miners/01",
            "/miners/65536",
            "/miners/1/",
            "//",
            "/..",
        ] {
            assert!(
                matches!(Route::of(path), Route::Nowhere { api: false }),
                "{path}"
            );
        }
        for path in ["/api", "/api/v1/miners/x", "/api/v1/standings/1/2/3/4/5"] {
            assert!(
                matches!(Route::of(path), Route::Nowhere { api: true }),
                "{path}"
            );
        }
    }
}
