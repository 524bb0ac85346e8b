//! Miners that share a GitHub account.

use std::collections::{BTreeMap, BTreeSet};

/// The uids of every group of two or more miners with one GitHub id: all members alike.
///
/// `miners` are the miners that did not fail otherwise, with the GitHub id each claims; an absent,
/// empty or `0` id is nobody's. Reproduces `detect_and_penalize_miners_sharing_github` of
/// `entrius/gittensor` `gittensor/validator/oss_contributions/inspections.py`.
///
/// ```
/// use axonry_scoring::duplicate::shared_accounts;
/// let miners = [(1, Some("7")), (2, Some("8")), (5, Some("7")), (6, None), (9, None)];
/// assert_eq!(shared_accounts(miners).into_iter().collect::<Vec<_>>(), [1, 5]);
/// ```
pub fn shared_accounts<'a>(
    miners: impl IntoIterator<Item = (u16, Option<&'a str>)>,
) -> BTreeSet<u16> {
    let mut holders = BTreeMap::<_, Vec<u16>>::new();
    for (uid, id) in miners {
        if let Some(id) = id.filter(|&id| is_account(id)) {
            holders.entry(id).or_default().push(uid);
        }
    }
    holders
        .into_values()
        .filter(|uids| uids.len() > 1)
        .flatten()
        .collect()
}

/// Whether a GitHub id names an account: `0` and the empty text stand for none.
pub fn is_account(github_id: &str) -> bool {
    !github_id.is_empty() && github_id != "0"
}
