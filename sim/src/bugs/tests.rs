use super::Bug;
use crate::subject::Subject;

#[test]
fn every_bug_is_a_subject() {
    for bug in Bug::ALL {
        let subject = Subject::Injected(bug);
        assert_eq!(subject.to_string().parse(), Ok(subject));
    }
}

#[cfg(not(lastorders_sim))]
#[test]
fn a_build_without_injected_bugs_refuses_every_bug_of_the_server() {
    let (refused, kept): (Vec<&Bug>, Vec<&Bug>) =
        Bug::ALL.into_iter().partition(|bug| bug.check_built_in().is_err());
    assert!(refused.iter().all(|bug| bug.is_in_server()), "{refused:?}");
    assert_eq!(kept.iter().map(|bug| bug.name).collect::<Vec<_>>(), ["wrong-goaway"]);
    let error = refused[0].check_built_in().expect_err("it is refused").to_string();
    for part in ["bug canary", "no injected bugs", "`cargo sim`", "--cfg lastorders_sim"] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
}

#[cfg(lastorders_sim)]
mod injected {
    use std::collections::BTreeSet;

    use lastorders::injected::InjectedBug;

    use super::*;

    #[test]
    fn every_bug_of_the_server_is_here_under_its_own_name() {
        let ours = Bug::ALL.into_iter().filter(|bug| bug.is_in_server()).map(|bug| bug.name);
        let servers = InjectedBug::ALL.into_iter().map(InjectedBug::name);
        assert_eq!(ours.collect::<BTreeSet<_>>(), servers.collect::<BTreeSet<_>>());
        assert!(Bug::ALL.into_iter().all(|bug| bug.check_built_in().is_ok()));
    }
}
