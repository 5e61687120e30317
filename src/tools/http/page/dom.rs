//! The tree of an HTML page, built by html5ever as browsers build it, within bounds.
//!
//! Nodes lie in one list; a page that is too deep or has too many of them is cut where it is.

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

use html5ever::interface::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, local_name, ns, parse_document};

/// The most nodes.
const NODES_MAX: usize = 300_000;
/// The deepest element; what goes deeper makes the parser slow and shows nothing.
const DEPTH_MAX: usize = 400;
/// How much of a page is read before the bounds are looked at.
const PIECE: usize = 4 * 1024;

/// The place of a node.
pub(super) type Id = usize;

/// The tree of a page; node 0 is the document.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Whether there was more of the page than what is here.
    pub is_cut: bool,
}

#[derive(Debug)]
struct Node {
    parent: Option<Id>,
    children: Vec<Id>,
    depth: usize,
    what: What,
}

#[derive(Debug)]
enum What {
    Document,
    Element {
        name: Rc<QualName>,
        attributes: Vec<Attribute>,
    },
    Text(String),
    Nothing,
}

impl Tree {
    /// Builds the tree of `html`.
    pub fn of(html: &str) -> Self {
        let options = ParseOpts {
            tree_builder: TreeBuilderOpts {
                // No script is run here, so what a page shows without them counts.
                scripting_enabled: false,
                ..TreeBuilderOpts::default()
            },
            ..ParseOpts::default()
        };
        let mut parser = parse_document(Builder::default(), options);
        let mut rest = html;
        let mut is_cut = false;
        while !rest.is_empty() {
            let mut end = PIECE.min(rest.len());
            while !rest.is_char_boundary(end) {
                end += 1;
            }
            let (piece, after) = rest.split_at(end);
            rest = after;
            parser.process(StrTendril::from(piece));
            if parser.tokenizer.sink.sink.is_full() && !rest.is_empty() {
                is_cut = true;
                break;
            }
        }
        let mut tree = parser.finish();
        tree.is_cut = is_cut;
        tree
    }

    /// What lies in a node, in order.
    pub fn children(&self, id: Id) -> &[Id] {
        &self.nodes[id].children
    }

    /// The node it lies in.
    pub fn parent(&self, id: Id) -> Option<Id> {
        self.nodes[id].parent
    }

    /// The name of an HTML element; nothing for texts, and for what lies in pictures and formulas.
    pub fn name(&self, id: Id) -> Option<&str> {
        match &self.nodes[id].what {
            What::Element { name, .. } if name.ns == ns!(html) => Some(&name.local),
            What::Element { .. } | What::Document | What::Text(_) | What::Nothing => None,
        }
    }

    /// Whether it is an element of another language than HTML.
    pub fn is_foreign(&self, id: Id) -> bool {
        matches!(&self.nodes[id].what, What::Element { name, .. } if name.ns != ns!(html))
    }

    /// The text of a text.
    pub fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes[id].what {
            What::Text(text) => Some(text),
            What::Document | What::Element { .. } | What::Nothing => None,
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, id: Id, wanted: &str) -> Option<&str> {
        match &self.nodes[id].what {
            What::Element { attributes, .. } => {
                let found = attributes.iter().find(|attribute| &*attribute.name.local == wanted);
                found.map(|attribute| &*attribute.value)
            }
            What::Document | What::Text(_) | What::Nothing => None,
        }
    }

    /// Everything below `from`, in the order of the page.
    pub fn below(&self, from: Id) -> Vec<Id> {
        let mut found = Vec::new();
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            found.push(id);
            open.extend(self.children(id).iter().rev());
        }
        found
    }
}

/// What the parser holds of a node: its place, and its name, for which it asks often.
#[derive(Debug, Clone)]
struct Handle {
    id: Id,
    name: Rc<QualName>,
}

#[derive(Debug)]
struct Builder {
    nodes: RefCell<Vec<Node>>,
    nameless: Rc<QualName>,
    is_deep: RefCell<bool>,
}

impl Default for Builder {
    fn default() -> Self {
        let document = Node {
            parent: None,
            children: Vec::new(),
            depth: 0,
            what: What::Document,
        };
        Self {
            nodes: RefCell::new(vec![document]),
            nameless: Rc::new(QualName::new(None, ns!(), local_name!(""))),
            is_deep: RefCell::new(false),
        }
    }
}

impl Builder {
    fn is_full(&self) -> bool {
        *self.is_deep.borrow() || self.nodes.borrow().len() > NODES_MAX
    }

    fn make(&self, what: What) -> Handle {
        let name = match &what {
            What::Element { name, .. } => Rc::clone(name),
            What::Document | What::Text(_) | What::Nothing => Rc::clone(&self.nameless),
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node {
            parent: None,
            children: Vec::new(),
            depth: 0,
            what,
        });
        Handle {
            id: nodes.len() - 1,
            name,
        }
    }

    fn detach(&self, id: Id) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[id].parent.take() {
            // What is moved is mostly what came last.
            if let Some(at) = nodes[parent].children.iter().rposition(|child| *child == id) {
                nodes[parent].children.remove(at);
            }
        }
    }

    /// Puts a node at place `at` of those in `parent`.
    fn put(&self, parent: Id, at: usize, child: NodeOrText<Handle>) {
        let id = match child {
            NodeOrText::AppendNode(handle) => {
                self.detach(handle.id);
                handle.id
            }
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                let before = at.checked_sub(1).and_then(|at| nodes[parent].children.get(at).copied());
                if let Some(Node {
                    what: What::Text(before),
                    ..
                }) = before.map(|before| &mut nodes[before])
                {
                    before.push_str(&text);
                    return;
                }
                drop(nodes);
                self.make(What::Text(text.to_string())).id
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        let at = at.min(nodes[parent].children.len());
        let depth = nodes[parent].depth + 1;
        nodes[id].parent = Some(parent);
        nodes[id].depth = depth;
        nodes[parent].children.insert(at, id);
        if depth > DEPTH_MAX {
            *self.is_deep.borrow_mut() = true;
        }
    }

    fn length(&self, parent: Id) -> usize {
        self.nodes.borrow()[parent].children.len()
    }
}

impl TreeSink for Builder {
    type Handle = Handle;
    type Output = Tree;
    type ElemName<'a> = &'a QualName;

    fn finish(self) -> Tree {
        Tree {
            nodes: self.nodes.into_inner(),
            is_cut: false,
        }
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle {
            id: 0,
            name: Rc::clone(&self.nameless),
        }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> &'a QualName {
        &target.name
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Handle {
        self.make(What::Element {
            name: Rc::new(name),
            attributes,
        })
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.make(What::Nothing)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.make(What::Nothing)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.put(parent.id, self.length(parent.id), child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        let has_parent = self.nodes.borrow()[element.id].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Handle) -> Handle {
        // What a template holds lies in it, and is passed over with it.
        target.clone()
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        if let NodeOrText::AppendNode(handle) = &child {
            self.detach(handle.id);
        }
        let place = {
            let nodes = self.nodes.borrow();
            let parent = nodes[sibling.id].parent;
            parent.and_then(|parent| {
                let at = nodes[parent].children.iter().rposition(|id| *id == sibling.id);
                at.map(|at| (parent, at))
            })
        };
        if let Some((parent, at)) = place {
            self.put(parent, at, child);
        }
    }

    fn add_attrs_if_missing(&self, target: &Handle, more: Vec<Attribute>) {
        if let What::Element { attributes, .. } = &mut self.nodes.borrow_mut()[target.id].what {
            for attribute in more {
                if attributes.iter().all(|known| known.name != attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Handle) {
        self.detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[node.id].children);
        let depth = nodes[new_parent.id].depth + 1;
        for child in &children {
            nodes[*child].parent = Some(new_parent.id);
            nodes[*child].depth = depth;
        }
        nodes[new_parent.id].children.extend(children);
    }
}
