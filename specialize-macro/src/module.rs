//! A captured module: everything in it travels in one text, which all its specialized functions share.

use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{AttrStyle, Attribute, DeriveInput, ImplItem, ImplItemFn, Item, ItemFn, ItemImpl, ItemMod, Meta, Path, Type};

use crate::args::{Arguments, Options};
use crate::beside::Beside;
use crate::captured::{self, Captured};
use crate::checks;
use crate::crates::Crates;
use crate::definitions::Definitions;
use crate::derive;
use crate::descriptor;
use crate::expand::{self, Parts};
use crate::flags::Build;
use crate::function::Function;
use crate::invisible;
use crate::isolation;
use crate::marks;
use crate::methods;
use crate::mistakes::Mistakes;
use crate::names;
use crate::raw::{self, Raw};
use crate::resolve;
use crate::scope::{Scope, Source};
use crate::template;

/// What a captured module becomes. Whatever is wrong with it is added to the mistakes.
pub(crate) fn expand(arguments: &Arguments, item: &TokenStream, build: &Build, mistakes: &mut Mistakes) -> TokenStream {
    let raw: Raw<ItemMod> = match syn::parse2(invisible::made_visible(item.clone())) {
        Ok(raw) => raw,
        Err(error) => {
            mistakes.add(error);
            return TokenStream::new();
        }
    };
    let item = &raw.parsed;
    check_options(arguments, mistakes);
    let (Some((_, items)), (_, Some(braces))) = (&item.content, raw.braced()) else {
        mistakes.at(item, OTHER_FILE);
        return TokenStream::new();
    };
    let mut definitions = Definitions::default();
    definitions.collect(items, &[]);
    let root = arguments.options.root.as_ref();
    let crates = &arguments.options.crates;
    let mut walk =
        Walk { root, crates, build, definitions: Rc::new(definitions), functions: 0, beside: Beside::default(), crowded: false, mistakes };
    let (inner, written) = walk.content(braces, &[]);
    let beside = walk.beside;
    if marks::all_in(braces.stream()).is_empty() {
        let message = "nothing in this module is specialized; put `#[specialize(...)]` on a function in it, naming the parameters";
        mistakes.at(&item.ident, message);
    }
    let scope = Scope { source: Source::Module, crates, build };
    crates.check(build, mistakes);
    let source = marks::stripped(braces.stream());
    isolation::check(&source, scope, mistakes);
    beside.check(&source, mistakes);
    names::check_module(items, scope, mistakes);
    emit(item, &inner, written, &arguments.options, build)
}

const OTHER_FILE: &str = "a module in another file cannot be captured, since the macro does not see its text; write it out in braces";

fn check_options(arguments: &Arguments, mistakes: &mut Mistakes) {
    let message = "a module takes no parameters or options but `crate` and `crates`; name parameters on the functions in it, as in \
                   `#[specialize(n)] fn power(x: u64, n: u32)`";
    arguments.selections.iter().for_each(|selection| mistakes.at(&selection.names[0], message));
    if let Some(option) = arguments.options.first_of_a_function() {
        mistakes.add(syn::Error::new(Span::call_site(), format!("the option `{option}` belongs to a function; {message}")));
    }
}

/// The module in the host, with the text that its functions share.
fn emit(item: &ItemMod, inner: &TokenStream, written: Written, options: &Options, build: &Build) -> TokenStream {
    let v1 = expand::interface(options.root.as_ref());
    let Written { host, template, host_last, template_last } = written;
    let text = template::Text::of_module(&quote!(#template #template_last));
    let names = isolation::names_module(&build.edition, &options.crates);
    let shared = descriptor::shared_template(text, &names, &options.crates, build, &v1);
    let preamble: TokenStream = names.parse().unwrap_or_default();
    let ItemMod { attrs, vis, mod_token, ident, .. } = item;
    let outer = attrs.iter().filter(|attribute| matches!(attribute.style, AttrStyle::Outer));
    let host = isolation::without_tool_attributes(host);
    quote! {
        #(#outer)* #[no_implicit_prelude]
        #vis #mod_token #ident { #inner #preamble #shared #host #host_last }
    }
}

/// Items as they stand in the host, and in the template.
#[derive(Default)]
struct Written {
    host: TokenStream,
    template: TokenStream,
    /// What stands behind all else in the host: impls, which are counted in the identity of types.
    host_last: TokenStream,
    /// What stands behind all else in the template, where it is in nobody's way.
    template_last: TokenStream,
}

impl Written {
    /// Adds what is the same in both.
    fn both(&mut self, tokens: impl ToTokens) {
        tokens.to_tokens(&mut self.host);
        tokens.to_tokens(&mut self.template);
    }
}

/// What a specialized function becomes.
struct Specialized {
    /// In the host.
    parts: Parts,
    /// In the template.
    text: TokenStream,
    /// What gives it its own name there.
    alias: TokenStream,
    /// Where its entry stands, if it is the one that is compiled.
    entry: TokenStream,
}

/// A walk over the items of a captured module.
struct Walk<'a> {
    /// The path of the crate `specialize`.
    root: Option<&'a Path>,
    /// The crates that the module may use.
    crates: &'a Crates,
    build: &'a Build,
    definitions: Rc<Definitions>,
    /// How many specialized functions were seen.
    functions: usize,
    /// What stands beside them.
    beside: Beside,
    /// Whether the item that is being looked at starts on a line with another.
    crowded: bool,
    mistakes: &'a mut Mistakes,
}

impl Walk<'_> {
    /// Writes what stands in the braces of the module at `place`.
    fn content(&mut self, braces: &Group, place: &[Ident]) -> (TokenStream, Written) {
        let mut written = Written::default();
        let (attributes, items) = raw::parts::<Item>(braces).unwrap_or_else(|error| {
            self.mistakes.add(error);
            Default::default()
        });
        let mut end = braces.span_open().end().line;
        for raw in &items {
            self.crowded = raw.starts_on(end);
            end = raw.last_line();
            match &raw.parsed {
                Item::Fn(item) if marks::find(&item.attrs).is_some() => self.function(item, raw, place, &mut written),
                Item::Impl(item) => self.implementation(item, raw, place, &mut written),
                Item::Mod(item) => self.module(item, raw, place, &mut written),
                Item::Struct(item) if marks::derive_value(&item.attrs) => self.value(item.clone().into(), raw, place, &mut written),
                Item::Enum(item) if marks::derive_value(&item.attrs) => self.value(item.clone().into(), raw, place, &mut written),
                Item::Union(item) if marks::derive_value(&item.attrs) => self.value(item.clone().into(), raw, place, &mut written),
                _ => {
                    self.misplaced(raw.all());
                    written.both(raw.all());
                }
            }
        }
        (attributes, written)
    }

    /// A type that derives `Value`: the host has the implementation, and an enum its tag in a known place.
    fn value<T>(&mut self, mut input: DeriveInput, raw: &Raw<T>, place: &[Ident], written: &mut Written) {
        let representation = marks::representation(&input);
        let behind = raw.tokens.iter().skip_while(|tree| is_attribute(tree));
        let attributes = marks::stripped(raw.tokens.iter().take_while(|tree| is_attribute(tree)).cloned().collect());
        written.both(quote!(#attributes #representation #(#behind)*));
        let root = derive::root(&input.attrs, self.mistakes).map(|root| self.build.anchored(root)).or_else(|| self.root.cloned());
        let configured: Vec<Attribute> = input.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect();
        input.attrs.extend(representation);
        marks::check_configured_parts(&input, self.mistakes);
        self.definitions.check_values_inside(&input, place, self.mistakes);
        let implementation = derive::value(&input, &expand::interface(root.as_ref()), self.mistakes);
        written.host_last.extend(match configured.is_empty() {
            true => implementation,
            false => quote!(#(#configured)* const _: () = { #implementation };),
        });
    }

    /// Refuses attributes where nothing can stand beside a function.
    fn misplaced(&mut self, tokens: TokenStream) {
        let message = "only a function directly in a module, or a method in the impl of a type, can be specialized: there is no room for \
                       variants here; move the function there, and call it from here";
        marks::all_in(tokens).into_iter().for_each(|attribute| self.mistakes.at(attribute, message));
    }

    fn function<T>(&mut self, item: &ItemFn, raw: &Raw<T>, place: &[Ident], written: &mut Written) {
        let Some(Specialized { parts, text, alias, entry }) = self.specialized(item, raw, None, place) else { return };
        let Parts { in_place, beside, last, .. } = parts;
        written.host.extend(quote!(#in_place #beside));
        written.host_last.extend(last);
        written.template.extend(text);
        written.template_last.extend(quote!(#alias #entry));
    }

    /// An impl, with the variants of its methods beside it.
    fn implementation<T>(&mut self, item: &ItemImpl, raw: &Raw<T>, place: &[Ident], written: &mut Written) {
        let (front, Some(braces)) = raw.braced() else { return };
        let (attributes, items) = raw::parts::<ImplItem>(braces).unwrap_or_default();
        let (mut host, mut template) = (attributes.clone(), attributes);
        let (mut besides, mut aliases) = (TokenStream::new(), TokenStream::new());
        let mut end = braces.span_open().end().line;
        for raw in &items {
            self.crowded = raw.starts_on(end);
            end = raw.last_line();
            let Some(Specialized { parts, text, alias, entry }) = self.method(item, raw, place) else {
                if let ImplItem::Fn(method) = &raw.parsed {
                    self.misplaced(method.block.to_token_stream());
                }
                host.extend(raw.all());
                template.extend(raw.all());
                continue;
            };
            host.extend(parts.in_place);
            template.extend(text);
            besides.extend(parts.beside);
            aliases.extend(alias);
            written.host_last.extend(parts.last);
            written.template_last.extend(entry);
        }
        let (host, template) = (raw::with_content(braces, host), raw::with_content(braces, quote!(#template #aliases)));
        written.host.extend(quote!(#front #host #besides));
        written.template.extend(quote!(#front #template));
    }

    /// What a part of an impl becomes, if it is a specialized method.
    fn method(&mut self, item: &ItemImpl, raw: &Raw<ImplItem>, place: &[Ident]) -> Option<Specialized> {
        let ImplItem::Fn(method) = &raw.parsed else { return None };
        let owner = methods::owner(item, marks::find(&method.attrs)?, self.mistakes)?;
        let ImplItemFn { attrs, vis, sig, block, .. } = method.clone();
        let function = ItemFn { attrs, vis, modifiers: Default::default(), sig, block: Box::new(block) };
        self.specialized(&function, raw, Some(owner), place)
    }

    /// A module in a module, which imports the names that every template sees, unless it imports them with all that is around it.
    fn module<T>(&mut self, item: &ItemMod, raw: &Raw<T>, place: &[Ident], written: &mut Written) {
        let ((front, Some(braces)), Some((_, items))) = (raw.braced(), &item.content) else { return self.mistakes.at(item, OTHER_FILE) };
        if let Some(attribute) = marks::find(&item.attrs) {
            self.mistakes.at(attribute, "this module is captured already, with the one around it; remove the attribute");
        }
        let place: Vec<Ident> = place.iter().chain([&item.ident]).cloned().collect();
        let (attributes, Written { host, template, host_last, template_last }) = self.content(braces, &place);
        let out = vec![quote_spanned!(Span::mixed_site()=> super::); place.len()];
        let import = if items.iter().any(|item| matches!(item, Item::Use(item) if resolve::is_all_around(item))) {
            TokenStream::new()
        } else {
            quote_spanned!(Span::mixed_site()=> #[allow(unused_imports)] use #(#out)* __names::*;)
        };
        let host = raw::with_content(braces, quote!(#attributes #host #import #host_last));
        let template = raw::with_content(braces, quote!(#attributes #template #import #template_last));
        written.host.extend(quote!(#front #host));
        written.template.extend(quote!(#front #template));
    }

    /// Gives a function the crates of the module around it. It can have no others.
    fn give_crates(&mut self, options: &mut Options) {
        if let Some(first) = options.crates.first() {
            let message = "a function of a captured module has the crates of the module; name them in the attribute of the module";
            self.mistakes.at(first, message);
        }
        options.crates = self.crates.clone();
    }

    /// What a specialized function becomes, and its text in the template.
    fn specialized<T>(&mut self, item: &ItemFn, raw: &Raw<T>, owner: Option<&Type>, place: &[Ident]) -> Option<Specialized> {
        let tokens = match &marks::find(&item.attrs)?.meta {
            Meta::List(list) => list.tokens.clone(),
            _ => TokenStream::new(),
        };
        let tokens = owner.map_or_else(|| tokens.clone(), |owner| methods::arguments(tokens.clone(), owner));
        let mut arguments = Arguments::read(tokens, self.build, self.mistakes);
        let function = ItemFn { attrs: marks::without(&item.attrs), ..item.clone() };
        self.give_crates(&mut arguments.options);
        arguments.place = marks::find(&item.attrs).map(syn::spanned::Spanned::span);
        self.misplaced(item.block.to_token_stream());
        let index = self.functions;
        let captured = Captured {
            index,
            place: place.to_vec(),
            depth: 1,
            definitions: Rc::clone(&self.definitions),
            written: item.sig.clone(),
            behind_name: raw.behind_name(),
            body: raw.braced().1?.clone(),
            owner: owner.map(methods::owner_beside),
        };
        self.functions += 1;
        let signature = methods::beside(&item.sig, owner);
        checks::check_names(&item.sig, self.mistakes);
        let function = Function::read_captured(&function, &signature, captured, &arguments, self.build, self.mistakes);
        let root = arguments.options.root.take().or_else(|| self.root.cloned());
        let parts = expand::parts(&function, &arguments.options, self.build, expand::interface(root.as_ref()));
        self.beside.add(&parts.module, owner.map(|_| &item.sig.ident));
        let (text, alias) = captured::in_template(function.captured.as_ref()?, &function, self.crowded);
        let mut index = Literal::usize_unsuffixed(index);
        index.set_span(Span::mixed_site());
        let entry = quote_spanned!(Span::mixed_site()=> entry_at! { #index });
        Some(Specialized { parts, text, alias, entry })
    }
}

/// Whether a tree is part of the attributes that an item starts with.
fn is_attribute(tree: &TokenTree) -> bool {
    match tree {
        TokenTree::Punct(punct) => punct.as_char() == '#',
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        _ => false,
    }
}
