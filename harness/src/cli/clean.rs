use super::exit;
pub(super) async fn clean(dry_run: bool) -> Result<u8, u8> {
    let _ = dry_run;
    Ok(exit::PASSED)
}
