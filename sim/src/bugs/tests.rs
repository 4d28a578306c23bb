use std::collections::BTreeSet;

use lastorders::planted::Planted;

use super::{Bug, Made};
use crate::subject::Subject;

#[test]
fn every_bug_of_the_server_is_here_under_its_own_name() {
    let planted = |bug: &Bug| match bug.made {
        Made::InServer(planted) => Some(planted),
        Made::WrongGoaway => None,
    };
    let here: BTreeSet<Planted> = Bug::ALL.into_iter().filter_map(planted).collect();
    assert_eq!(here, BTreeSet::from(Planted::ALL));
    for bug in Bug::ALL {
        assert!(planted(bug).is_none_or(|it| it.name() == bug.name), "{}", bug.name);
    }
}

#[test]
fn every_bug_is_a_subject() {
    for bug in Bug::ALL {
        let subject = Subject::Planted(bug);
        assert_eq!(subject.to_string().parse(), Ok(subject));
    }
}
