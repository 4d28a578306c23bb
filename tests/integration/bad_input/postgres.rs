use super::program::{Place, RunOutput};

pub(crate) fn tests() -> Vec<crate::trial::Test> {
    crate::tests![
        postgres_address_that_refuses_exits_75_without_showing_the_password;
        malformed_postgres_address_exits_2;
        docker_without_a_daemon_exits_75_and_leaves_nothing;
        database_url_of_the_environment_gets_no_connection;
    ]
}

fn postgres_address_that_refuses_exits_75_without_showing_the_password() {
    let url = "postgres://nobody:secret@127.0.0.1:1/postgres";
    let ran = Place::new().run(&["run", "--postgres", url, "--", "sleep", "1"]);
    ran.assert(75, "", &["127.0.0.1:1"]);
    assert!(!ran.stderr.contains("secret"), "the password was shown: {}", ran.stderr);
}

fn malformed_postgres_address_exits_2() {
    let ran = Place::new().run(&["run", "--postgres", "nowhere", "--", "sleep", "1"]);
    ran.assert(2, "", &["nowhere"]);
}

fn docker_without_a_daemon_exits_75_and_leaves_nothing() {
    let place = Place::new();
    let words = ["run", "--postgres", "docker", "--", "sleep", "1"];
    let mut command = place.command(&words);
    let output = command.env("DOCKER_HOST", "unix:///nowhere/docker.sock").output();
    let ran = RunOutput::of(output.expect("it starts"));
    ran.assert(75, "", &["docker"]);
    place.assert_empty(&ran.stderr);
}

fn database_url_of_the_environment_gets_no_connection() {
    // A user's production database: a listener that must get no connection.
    let production = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    production.set_nonblocking(true).expect("it is ours");
    let port = production.local_addr().expect("bound").port();
    let place = Place::new();
    let words = ["run", "--postgres", "docker", "--", "sleep", "1"];
    let mut command = place.command(&words);
    let url = format!("postgres://root@127.0.0.1:{port}/production");
    command.env("DATABASE_URL", url).env("DOCKER_HOST", "unix:///nowhere/docker.sock");
    let ran = RunOutput::of(command.output().expect("it starts"));
    ran.assert(75, "", &[]);
    let refused = production.accept().map(drop).map_err(|error| error.kind());
    assert_eq!(refused, Err(std::io::ErrorKind::WouldBlock));
}
