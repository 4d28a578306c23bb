//! What the judge does with Postgres in one scenario.
