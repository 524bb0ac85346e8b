//! The grammars of this build, one row each.

use tree_sitter::Language;

use super::{Grammar, GrammarSource, Upstream};

/// Rows of [`GRAMMARS`]: name in the language table, feature, crate and version, how the grammar
/// compares with upstream's, and the function that gives it.
macro_rules! grammars {
    ($($name:literal, $feature:literal, $package:literal $version:literal, $upstream:ident, $language:expr;)*) => {
        /// A further language is a feature in the manifest, a row here, and a row in `LANGUAGES.md`.
        pub(super) const GRAMMARS: &[Grammar] = &[$(
            #[cfg(feature = $feature)]
            Grammar {
                source: GrammarSource {
                    name: $name,
                    package: $package,
                    version: $version,
                    upstream: Upstream::$upstream,
                },
                language: || -> Language { $language },
            },
        )*];
    };
}

grammars! {
    "bash", "bash", "tree-sitter-bash" "0.23.3", Same, tree_sitter_bash::LANGUAGE.into();
    "c", "c", "tree-sitter-c" "0.24.1", Close, tree_sitter_c::LANGUAGE.into();
    "cmake", "cmake", "tree-sitter-cmake" "0.7.1", Close, tree_sitter_cmake::LANGUAGE.into();
    "cpp", "cpp", "tree-sitter-cpp" "0.23.4", Close, tree_sitter_cpp::LANGUAGE.into();
    "csharp", "csharp", "tree-sitter-c-sharp" "0.23.5", Refused, tree_sitter_c_sharp::LANGUAGE.into();
    "css", "css", "tree-sitter-css" "0.23.2", Same, tree_sitter_css::LANGUAGE.into();
    "dart", "dart", "tree-sitter-dart" "0.3.0", Other, tree_sitter_dart::LANGUAGE.into();
    "dockerfile", "dockerfile", "tree-sitter-dockerfile-updated" "0.2.0", Same, tree_sitter_dockerfile_updated::language();
    "elixir", "elixir", "tree-sitter-elixir" "0.3.5", Same, tree_sitter_elixir::LANGUAGE.into();
    "go", "go", "tree-sitter-go" "0.23.4", Close, tree_sitter_go::LANGUAGE.into();
    "haskell", "haskell", "tree-sitter-haskell" "0.23.1", Same, tree_sitter_haskell::LANGUAGE.into();
    "hcl", "hcl", "tree-sitter-hcl" "1.1.0", Same, tree_sitter_hcl::LANGUAGE.into();
    "html", "html", "tree-sitter-html" "0.23.2", Same, tree_sitter_html::LANGUAGE.into();
    "java", "java", "tree-sitter-java" "0.23.5", Same, tree_sitter_java::LANGUAGE.into();
    "javascript", "javascript", "tree-sitter-javascript" "0.23.1", Same, tree_sitter_javascript::LANGUAGE.into();
    "julia", "julia", "tree-sitter-julia" "0.23.1", Close, tree_sitter_julia::LANGUAGE.into();
    "kotlin", "kotlin", "tree-sitter-kotlin-sg" "0.4.0", Close, tree_sitter_kotlin_sg::LANGUAGE.into();
    "lua", "lua", "tree-sitter-lua" "0.2.0", Same, tree_sitter_lua::LANGUAGE.into();
    "make", "make", "tree-sitter-make" "1.1.1", Close, tree_sitter_make::LANGUAGE.into();
    "nix", "nix", "tree-sitter-nix" "0.0.2", Same, tree_sitter_nix::LANGUAGE.into();
    "objc", "objc", "tree-sitter-objc" "3.0.2", Same, tree_sitter_objc::LANGUAGE.into();
    "ocaml", "ocaml", "tree-sitter-ocaml" "0.24.2", Close, tree_sitter_ocaml::LANGUAGE_OCAML.into();
    "php", "php", "tree-sitter-php" "0.23.11", Close, tree_sitter_php::LANGUAGE_PHP.into();
    "powershell", "powershell", "tree-sitter-powershell" "0.25.2", Close, tree_sitter_powershell::LANGUAGE.into();
    "proto", "proto", "tree-sitter-proto" "0.2.0", Same, tree_sitter_proto::LANGUAGE.into();
    "python", "python", "tree-sitter-python" "0.23.6", Same, tree_sitter_python::LANGUAGE.into();
    "r", "r", "tree-sitter-r" "1.2.0", Close, tree_sitter_r::LANGUAGE.into();
    "ruby", "ruby", "tree-sitter-ruby" "0.23.1", Same, tree_sitter_ruby::LANGUAGE.into();
    "rust", "rust", "tree-sitter-rust" "0.23.3", Same, tree_sitter_rust::LANGUAGE.into();
    "scala", "scala", "tree-sitter-scala" "0.24.0", Close, tree_sitter_scala::LANGUAGE.into();
    "scss", "scss", "tree-sitter-scss" "1.0.0", Same, tree_sitter_scss::language();
    "solidity", "solidity", "tree-sitter-solidity" "1.2.11", Same, tree_sitter_solidity::LANGUAGE.into();
    "sql", "sql", "tree-sitter-sequel" "0.3.8", Close, tree_sitter_sequel::LANGUAGE.into();
    "svelte", "svelte", "tree-sitter-svelte-ng" "1.0.2", Other, tree_sitter_svelte_ng::LANGUAGE.into();
    "swift", "swift", "tree-sitter-swift" "0.7.0", Close, tree_sitter_swift::LANGUAGE.into();
    "tsx", "typescript", "tree-sitter-typescript" "0.23.2", Same, tree_sitter_typescript::LANGUAGE_TSX.into();
    "typescript", "typescript", "tree-sitter-typescript" "0.23.2", Same, tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into();
    "zig", "zig", "tree-sitter-zig" "1.1.2", Other, tree_sitter_zig::LANGUAGE.into();
}
