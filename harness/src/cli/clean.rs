use lastorders_model::terminal::clean as printable;

use super::args::CleanArgs;
use super::{exit, print};
use crate::postgres::{Choice, Cleaned, Leftovers, clean as remove, leftovers};

/// Finds what earlier runs left behind, and removes it unless this is a dry run.
pub(super) async fn clean(args: &CleanArgs) -> Result<u8, u8> {
    let url = match &args.postgres {
        Some(Choice::Url(url)) => Some(url.as_str()),
        Some(
            Choice::Auto | Choice::Docker | Choice::Local | Choice::Embedded(_) | Choice::Download,
        )
        | None => None,
    };
    let (lines, unseen, failed) = if args.dry_run {
        let Leftovers { found, unseen } = leftovers(url).await;
        (said(found.iter().map(|what| format!("found {what}"))), unseen, false)
    } else {
        let Cleaned { removed, failed, unseen } = remove(url).await;
        let gone = removed.iter().map(|what| format!("removed {what}"));
        let stuck = failed.iter().map(|(what, why)| format!("could not remove {what}: {why}"));
        (said(gone.chain(stuck)), unseen, !failed.is_empty())
    };
    print::stdout(&lines)?;
    for place in unseen {
        print::note(&format!("could not look: {}", printable(&place, 300)));
    }
    Ok(if failed { exit::ENVIRONMENT } else { exit::PASSED })
}

fn said(lines: impl Iterator<Item = String>) -> String {
    let text: String = lines.map(|line| format!("{}\n", printable(&line, 400))).collect();
    if text.is_empty() { "nothing is left behind\n".to_owned() } else { text }
}
