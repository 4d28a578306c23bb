use super::rig::Rig;
use crate::subject::Subject;

mod each {
    crate::subject::tests::shows! {
        "wrong-goaway": says_that_nothing_was_processed;
    }
}

async fn says_that_nothing_was_processed(subject: Subject) -> bool {
    let mut rig = Rig::new(subject);
    let mut client = rig.connect();
    let settings = b"\0\0\0\x04\0\0\0\0\0";
    client.send([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", &settings[..]].concat()).await;
    rig.terminate().await;
    let goaway = b"\0\0\x08\x07\0\0\0\0\0";
    client.until(goaway).await.expect("it says goodbye");
    let id = client.number().await;
    assert!(id == 0 || id == u32::MAX >> 1, "{id}");
    id == 0
}
