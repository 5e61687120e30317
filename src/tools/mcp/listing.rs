//! Lists of tools, resources and prompts: page after page, up to a bound.

use std::collections::BTreeSet;

use rmcp::model::{
    ClientRequest, ListPromptsRequest, ListResourceTemplatesRequest, ListResourcesRequest, ListToolsRequest,
    PaginatedRequestParams,
};
use serde_json::Value;

use super::connection::{CallError, Connection};
use super::described::{Described, Undescribed};

/// The longest cursor that is sent back, in bytes.
const CURSOR: usize = 8192;

impl Connection {
    /// The tools of the server: those that are described as the protocol asks, and what is wrong with the others.
    ///
    /// # Errors
    /// It has none, does not answer, or the list goes on and on.
    pub async fn tools(&self) -> Result<(Vec<Described>, Vec<Undescribed>), CallError> {
        let listed = self.list("tools", "tools", |params| {
            ClientRequest::ListToolsRequest(ListToolsRequest {
                params,
                ..Default::default()
            })
        });
        let mut described = Vec::new();
        let mut undescribed = Vec::new();
        for (index, tool) in listed.await?.into_iter().enumerate() {
            match Described::of(tool, index) {
                Ok(tool) => described.push(tool),
                Err(wrong) => undescribed.push(wrong),
            }
        }
        Ok((described, undescribed))
    }

    /// The resources of the server, as it describes them.
    ///
    /// # Errors
    /// As for [`Connection::tools`].
    pub async fn resources(&self) -> Result<Vec<Value>, CallError> {
        let listed = self.list("resources", "resources", |params| {
            ClientRequest::ListResourcesRequest(ListResourcesRequest {
                params,
                ..Default::default()
            })
        });
        listed.await
    }

    /// The patterns of addresses under which the server has resources.
    ///
    /// # Errors
    /// As for [`Connection::tools`].
    pub async fn resource_templates(&self) -> Result<Vec<Value>, CallError> {
        let listed = self.list("resource templates", "resourceTemplates", |params| {
            ClientRequest::ListResourceTemplatesRequest(ListResourceTemplatesRequest {
                params,
                ..Default::default()
            })
        });
        listed.await
    }

    /// The prompts of the server, as it describes them.
    ///
    /// # Errors
    /// As for [`Connection::tools`].
    pub async fn prompts(&self) -> Result<Vec<Value>, CallError> {
        let listed = self.list("prompts", "prompts", |params| {
            ClientRequest::ListPromptsRequest(ListPromptsRequest {
                params,
                ..Default::default()
            })
        });
        listed.await
    }

    async fn list(
        &self,
        what: &'static str,
        member: &'static str,
        request: impl Fn(Option<PaginatedRequestParams>) -> ClientRequest,
    ) -> Result<Vec<Value>, CallError> {
        self.offers(what)?;
        let asking = self.asking(what, self.limits.call);
        let pages = async {
            let endless = |limit, unit| CallError::Endless { what, limit, unit };
            let mut items = Vec::new();
            let mut cursor: Option<String> = None;
            let mut seen = BTreeSet::new();
            let mut bytes = 0;
            for _ in 0..self.limits.pages {
                let params = cursor
                    .take()
                    .map(|cursor| PaginatedRequestParams::default().with_cursor(Some(cursor)));
                let mut page = asking.ask(request(params), None).await?;
                let Some(Value::Array(entries)) = page.get_mut(member).map(Value::take) else {
                    return Err(CallError::Unexpected { what });
                };
                for entry in entries {
                    bytes += entry.to_string().len();
                    if bytes > self.limits.list_bytes {
                        return Err(endless(self.limits.list_bytes, "bytes"));
                    }
                    if items.len() == self.limits.items {
                        return Err(endless(self.limits.items, "entries"));
                    }
                    items.push(entry);
                }
                match page.get_mut("nextCursor").map(Value::take) {
                    None | Some(Value::Null) => return Ok(items),
                    Some(Value::String(next)) if next.len() <= CURSOR => {
                        if !seen.insert(next.clone()) {
                            return Err(endless(seen.len(), "pages and begins again"));
                        }
                        cursor = Some(next);
                    }
                    Some(_) => return Err(CallError::Unexpected { what }),
                }
            }
            Err(endless(self.limits.pages, "pages"))
        };
        asking.finish(pages).await
    }
}
