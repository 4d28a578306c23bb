use lastorders_model::plan::Request;

/// `GET` of this path.
#[must_use]
pub fn get(path: &str) -> Request {
    wanted("GET", path, String::new())
}

/// `POST` to this path, with a body of JSON. Other methods and headers are fields of [`Request`].
#[must_use]
pub fn post(path: &str, body: impl Into<String>) -> Request {
    wanted("POST", path, body.into())
}

fn wanted(method: &str, path: &str, body: String) -> Request {
    // With a name that each draw makes anew, and a body of its own in place of the name's.
    let work = Request::work(String::new());
    Request { method: method.to_owned(), path: path.to_owned(), body: Some(body), ..work }
}
