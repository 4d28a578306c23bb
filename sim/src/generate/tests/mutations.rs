use super::valid::expect_valid;
use crate::generate::{Family, generate, mutate};

#[test]
fn mutations_are_small_valid_and_repeatable() {
    let mut changed = 0;
    for seed in 0..300 {
        let mut case = generate(seed, Family::ALL[usize::try_from(seed).unwrap() % 9]);
        let (mut rng, mut again) = (fastrand::Rng::with_seed(seed), fastrand::Rng::with_seed(seed));
        for step in 0..10 {
            let next = mutate(case.clone(), &mut rng);
            assert_eq!(mutate(case.clone(), &mut again), next, "{seed} {step}");
            expect_valid(&next, &format!("{seed}, mutated {step} times"));
            let others = case.plan.actors.iter().zip(&next.plan.actors);
            let changed_actors = others.filter(|(before, after)| before != after).count();
            assert!(changed_actors <= 1, "{seed} {step}: {changed_actors} actors at once");
            changed += u32::from(next != case);
            case = next;
        }
    }
    // Some mutations find nothing that they could change.
    assert!(changed > 2_400, "{changed} of 3000");
}
