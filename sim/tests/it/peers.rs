//! Checks `docs/peers.md`: each seed in its table finds the fault of its row, and the corpus has a
//! shrunk case of each fault.

use std::path::Path;

use lastorders_sim::corpus::{Expected, folder};
use lastorders_sim::engine::EngineKind;
use lastorders_sim::generate::Family;
use lastorders_sim::subject::Subject;
use lastorders_sim::sweep::{Origin, Simulate, Simulator};

const HEAD: &str = "| fault | family | found as |";

/// A cell of the table: a fault of one server.
struct Claim {
    family: Family,
    found_as: String,
    subject: Subject,
    seed: Option<u64>,
}

/// All cells of the table of seeds.
fn claims() -> Vec<Claim> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/peers.md");
    let text = std::fs::read_to_string(&file).expect("peers.md is checked in");
    let mut table = text.lines().skip_while(|line| !line.starts_with(HEAD));
    let subjects = cells(table.next().expect("it has the table")).split_off(3);
    let subjects: Vec<Subject> =
        subjects.iter().map(|name| name.parse().expect("a column is a server's")).collect();
    let rows = table.skip(1).take_while(|line| line.starts_with('|')).map(cells);
    let of_row = |row: Vec<String>| {
        let [_, family, found_as, seeds @ ..] = row.as_slice() else { panic!("a short row") };
        assert_eq!(seeds.len(), subjects.len(), "{found_as}");
        let family = family.parse().expect("it is a family");
        let seeds = seeds.iter().map(|seed| match seed.as_str() {
            "–" => None,
            seed => Some(seed.parse().expect("a cell is a seed or a dash")),
        });
        let of_cell = |(subject, seed): (&Subject, Option<u64>)| {
            let (subject, found_as) = (*subject, found_as.clone());
            Claim { family, found_as, subject, seed }
        };
        subjects.iter().zip(seeds).map(of_cell).collect::<Vec<_>>()
    };
    rows.flat_map(of_row).collect()
}

fn cells(row: &str) -> Vec<String> {
    let inner = row.trim().trim_matches('|').split('|');
    inner.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
}

/// Whether a signature has the table's name, which may leave out the phase and the connection.
fn is(signature: &str, found_as: &str) -> bool {
    let rest = signature.strip_prefix(found_as);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" while "))
}

/// The rows of the table with this header.
fn rows(file: &str, head: &str) -> Vec<Vec<String>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = std::fs::read_to_string(&file).expect("it is checked in");
    let table = text.lines().skip_while(|line| !line.starts_with(head)).skip(2);
    table.take_while(|line| line.starts_with('|')).map(cells).collect()
}

#[test]
fn the_readme_has_the_table_of_peers_md() {
    let mut here = rows("docs/peers.md", HEAD);
    here.iter_mut().for_each(|row| drop(row.remove(2)));
    assert_eq!(rows("README.md", "| fault | family |"), here);
}

#[test]
fn every_seed_of_peers_md_finds_the_fault_of_its_row() {
    let claims = claims();
    let mut said = Vec::new();
    for Claim { family, found_as, subject, seed } in &claims {
        let Some(seed) = *seed else { continue };
        let simulator = Simulator { subject: *subject, engine: EngineKind::Event, family: *family };
        let failure = simulator.simulate(Origin::from(seed)).failure;
        let signature = failure.map_or_else(|| "nothing".to_owned(), |it| it.signature);
        if !is(&signature, found_as) {
            said.push(format!("{subject}, {family} {seed}: `{found_as}` is now `{signature}`"));
        }
    }
    assert!(said.is_empty(), "peers.md is out of date:\n{}", said.join("\n"));
    let seeds = claims.iter().filter(|claim| claim.seed.is_some()).count();
    assert!(seeds >= 20, "{seeds} seeds were read");
}

#[test]
fn the_corpus_has_a_shrunk_case_of_each_fault_of_peers_md() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let corpus = folder(&corpus).expect("it can be read");
    for Claim { found_as, subject, seed, .. } in claims() {
        let has = corpus.iter().any(|(_, entry)| match &entry.expected {
            Expected::Fails(signature) => {
                entry.subject == subject && is(&signature.to_string(), &found_as)
            }
            Expected::Passes => false,
        });
        assert_eq!(has, seed.is_some(), "{subject}: {found_as}");
    }
}

#[test]
fn a_row_may_leave_out_the_phase_and_the_connection_only() {
    assert!(is("queue-lost while done", "queue-lost"));
    assert!(is("queue-lost while done", "queue-lost while done"));
    let held = "deadline while draining, on a connection that is HTTP/2";
    assert!(is(held, held) && !is(held, "deadline while draining") && !is(held, "dead"));
}
