//! The judge as a library: runs the example of the library's front page.

use lastorders_harness::{Catalogue, Subject};

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![async one_call_judges_a_command_and_reports_failures [Postgres, Python];]
}

/// A server that becomes ready and fails every other requirement.
const SERVER: &str = r#"
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        body = b'{"status":"ok"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
address = ("127.0.0.1", int(os.environ["PORT"]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"#;

async fn one_call_judges_a_command_and_reports_failures() {
    let judge = async |scenario| {
        let subject = Subject::command("python3").args(["-c", SERVER]);
        let report = subject.run(Catalogue::all().only(&[scenario])).await;
        report.expect("the judge can do its part")
    };
    judge("contract/health-ok").await.assert_passed();
    let failed = judge("contract/work-created").await;
    let outcome = std::panic::catch_unwind(|| failed.assert_passed());
    assert!(outcome.is_err(), "the server makes no rows");
}
