use syn::visit::Visit;

use super::source;

/// A unit test that libtest does not run by itself.
pub(crate) struct Ignored {
    /// The package whose library contains the test.
    pub(crate) package: String,
    /// The path of the test in the library, as libtest prints it.
    pub(crate) name: String,
    /// The reason in the attribute `ignore`.
    pub(crate) reason: String,
}

/// Every `#[ignore]`d test of the libraries, in the order of files and lines.
pub(crate) fn ignored_tests() -> Vec<Ignored> {
    let mut found = Vec::new();
    for source in source::all() {
        let Some((package, module)) = module_of(&source.path) else { continue };
        // Parsing is slow, and few files have an ignored test.
        if source.text.contains("#[ignore") {
            let mut visitor = Visitor { package, module, found: &mut found };
            visitor.visit_file(source.file());
        }
    }
    found
}

/// The package and the module of a library's file: `server/src/a/b.rs` is `a::b` of `lastorders`.
fn module_of(path: &str) -> Option<(&'static str, Vec<String>)> {
    const LIBRARIES: [(&str, &str); 4] = [
        ("server/src/", "lastorders"),
        ("harness/src/", "lastorders-harness"),
        ("harness/model/src/", "lastorders-model"),
        ("sim/src/", "lastorders-sim"),
    ];
    let (folder, package) = LIBRARIES.into_iter().find(|(folder, _)| path.starts_with(folder))?;
    let inside = path.strip_prefix(folder)?.strip_suffix(".rs")?;
    let inside = inside.strip_suffix("/mod").unwrap_or(inside);
    let module = if inside == "lib" { "" } else { inside };
    Some((package, module.split('/').filter(|it| !it.is_empty()).map(str::to_owned).collect()))
}

struct Visitor<'a> {
    package: &'static str,
    module: Vec<String>,
    found: &'a mut Vec<Ignored>,
}

impl<'ast> Visit<'ast> for Visitor<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        self.module.push(module.ident.to_string());
        syn::visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let Some(attribute) = function.attrs.iter().find(|it| it.path().is_ident("ignore")) else {
            return;
        };
        let name = [&self.module[..], &[function.sig.ident.to_string()]].concat().join("::");
        let reason = match &attribute.meta {
            syn::Meta::NameValue(syn::MetaNameValue {
                value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
                ..
            }) => text.value(),
            _ => String::new(),
        };
        self.found.push(Ignored { package: self.package.to_owned(), name, reason });
    }
}
