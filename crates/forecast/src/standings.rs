//! All answers to one prompt, judged together.

use std::num::NonZeroUsize;
use std::thread;

use axonry_scoring::crps::{CrpsError, Ensemble, Judge, PathScore};

use crate::Paths;

/// Scores answers against what happened, on so many threads; in the order in which they came.
///
/// An answer takes 2 ms or so, and none waits for another: each thread takes a part of them, as long
/// as those of the others within one, with memory of its own.
///
/// # Errors
/// Each answer has its own: [`CrpsError::ZeroPrice`] and [`CrpsError::Points`] are upstream's -1.
///
/// # Panics
/// If scoring does, which no price brings about.
pub fn score_all<P>(
    judge: &Judge,
    answers: &[P],
    threads: NonZeroUsize,
) -> Vec<Result<PathScore, CrpsError>>
where
    P: AsRef<Paths> + Sync,
{
    let score = |part: &[P]| {
        let mut ensemble = Ensemble::default();
        let score = |answer: &P| judge.score(answer.as_ref().prices(), &mut ensemble);
        part.iter().map(score).collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let mut rest = answers;
        let parts = chunk_sizes(answers.len(), threads).filter(|&size| size > 0);
        let parts = parts.map(|size| {
            let (part, later) = rest.split_at(size);
            rest = later;
            scope.spawn(move || score(part))
        });
        let parts: Vec<_> = parts.collect();
        let join = |part: thread::ScopedJoinHandle<'_, _>| part.join().expect("scoring panicked");
        parts.into_iter().flat_map(join).collect()
    })
}

/// How long each of `parts` pieces of a list is, which differ by one at most, the longer ones first:
/// upstream's `chunkify`, `synth/base/dendrite_multiprocess.py`.
///
/// ```
/// use axonry_forecast::chunk_sizes;
/// assert_eq!(chunk_sizes(8, 3.try_into()?).collect::<Vec<_>>(), [3, 3, 2]);
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
pub fn chunk_sizes(count: usize, parts: NonZeroUsize) -> impl Iterator<Item = usize> {
    let (size, longer) = (count / parts, count % parts);
    (0..parts.get()).map(move |part| size + usize::from(part < longer))
}
