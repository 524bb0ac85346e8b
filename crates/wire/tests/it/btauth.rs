use axonry_wire::btauth::{Message, Refusal, Rules};

use crate::{NOW, SECOND, hotkey, key};

const MESSAGE: Message<'_> = Message {
    method: "POST",
    path: "/generate?x=1",
    body: br#"{"a":1}"#,
};

async fn headers() -> Vec<(&'static str, String)> {
    let (alice, bob) = (key("//Alice"), hotkey("//Bob"));
    let headers = MESSAGE.sign(&*alice, &bob, NOW);
    headers.await.expect("the key signs")
}

fn judged(
    message: &Message<'_>,
    headers: &[(&'static str, String)],
    at: u64,
) -> Result<(), Refusal> {
    let headers = headers.iter().map(|(name, value)| (*name, value.as_str()));
    let verified = message.verify(headers, &hotkey("//Bob"), at, &Rules::STANDARD)?;
    assert_eq!((verified.sender, verified.nonce), (hotkey("//Alice"), NOW));
    Ok(())
}

#[tokio::test]
async fn method_path_and_body_are_under_the_signature() {
    let headers = headers().await;
    judged(&MESSAGE, &headers, NOW).expect("as it was signed");
    let lower = Message {
        method: "post",
        ..MESSAGE
    };
    judged(&lower, &headers, NOW).expect("methods have no case");
    for changed in [
        Message {
            method: "PUT",
            ..MESSAGE
        },
        Message {
            path: "/generate?x=2",
            ..MESSAGE
        },
        Message {
            body: br#"{"a":2}"#,
            ..MESSAGE
        },
        Message {
            body: b"",
            ..MESSAGE
        },
    ] {
        let refusal = judged(&changed, &headers, NOW).expect_err("changed");
        assert!(
            matches!(refusal, Refusal::BadSignature { .. }),
            "{changed:?}: {refusal}"
        );
    }
}

#[tokio::test]
async fn a_header_that_stands_there_twice_is_not_believed() {
    let mut headers = headers().await;
    headers.push(("X-Bittensor-Hotkey", hotkey("//Charlie").to_string()));
    let refusal = judged(&MESSAGE, &headers, NOW).expect_err("two senders");
    assert!(
        matches!(refusal, Refusal::MalformedAuth { .. }),
        "{refusal}"
    );
}

#[tokio::test]
async fn both_edges_of_the_window_are_in() {
    let headers = headers().await;
    let stale = |at| match judged(&MESSAGE, &headers, at) {
        Ok(()) => None,
        Err(Refusal::StaleRequest { ahead, .. }) => Some(ahead),
        Err(other) => panic!("{other}"),
    };
    assert_eq!(stale(NOW + 10 * SECOND), None);
    assert_eq!(stale(NOW + 10 * SECOND + 1), Some(false));
    assert_eq!(stale(NOW - 2 * SECOND), None);
    assert_eq!(stale(NOW - 2 * SECOND - 1), Some(true));
}
