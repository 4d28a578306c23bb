use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use super::Seeds;

/// The first seed for which `fails` returns `true`, for any number of threads. `go_on` is called
/// before each seed.
pub fn first_failure(
    seeds: Seeds,
    jobs: NonZero<usize>,
    fails: &(dyn Fn(u64) -> bool + Sync),
    go_on: &(dyn Fn() -> bool + Sync),
) -> Option<u64> {
    let (next, found) = (AtomicU64::new(seeds.start), AtomicU64::new(u64::MAX));
    thread::scope(|scope| {
        for _ in 0..jobs.get() {
            scope.spawn(|| {
                // Threads take seeds in order. A thread with a seed after the found one stops,
                // because other threads have all earlier seeds.
                while go_on() {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= seeds.end || seed > found.load(Ordering::SeqCst) {
                        break;
                    }
                    if fails(seed) {
                        found.fetch_min(seed, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    Some(found.into_inner()).filter(|seed| *seed < seeds.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failing_seed_is_found_with_any_number_of_threads() {
        let seeds = Seeds { start: 5, end: 500 };
        for jobs in 1..6 {
            let jobs = NonZero::new(jobs).expect("some");
            let find = |fails: fn(u64) -> bool| first_failure(seeds, jobs, &fails, &|| true);
            assert_eq!(find(|seed| seed >= 77 && seed % 7 == 0), Some(77));
            assert_eq!(find(|seed| seed >= 5), Some(5));
            assert_eq!(find(|seed| seed >= 500), None);
        }
    }
}
