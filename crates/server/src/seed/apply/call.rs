//! Calls of the API's operations, as an operator makes them.

use cognate_crypto::random;
use cognate_domain::{App, Caller, ClientInfo, Cx, Mode, dispatch};
use cognate_shapes::{ErrorCode, Op, validate};
use serde_json::Value;

use crate::aws::client_names;
use crate::seed::file::Input;

/// Where calls go.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The domain.
    pub app: &'a App,
    /// The id of the pool.
    pub pool: &'a str,
    /// The region of the pool.
    pub region: &'a str,
    /// True if nothing may be written.
    pub only_look: bool,
}

/// Why an operation refused.
pub struct Refusal {
    /// The error of the API; None if the input did not get so far.
    pub code: Option<ErrorCode>,
    /// The text.
    pub text: String,
}

impl Call<'_> {
    /// Runs an operation on the pool. An id that it would make is `kept`, if one is named.
    ///
    /// # Errors
    /// The operation's.
    pub async fn run(
        self,
        op: Op,
        mut input: Input,
        kept: Option<(&str, &str)>,
    ) -> Result<Value, Refusal> {
        use validate::Rejection as R;
        if op != Op::CreateUserPool && op != Op::DescribeUserPoolDomain {
            input.insert("UserPoolId".to_owned(), self.pool.into());
        }
        let mut input = Value::Object(input);
        // As requests have it: elsewhere the API refuses such names.
        let spelled = match self.app.settings.mode {
            Mode::Dev => client_names::take(op, &mut input),
            Mode::Serve => None,
        };
        validate::validate(op, &mut input).map_err(|rejection| Refusal {
            code: None,
            text: match rejection {
                R::Invalid(text) => text,
                R::Serialization(text) => {
                    text.unwrap_or_else(|| "a value is of another type".to_owned())
                }
            },
        })?;
        let caller = Caller::Operator {
            id: "seed".to_owned(),
            region: self.region.to_owned(),
        };
        let request = random::uuid_v4();
        let cx = Cx::new(self.app, op, caller, ClientInfo::default(), request);
        client_names::keep(&cx, spelled);
        if let Some((name, id)) = kept {
            cx.memory().keep(name, id.to_owned());
        }
        let done = dispatch(&cx, input).await;
        let answer = done.map_err(|error| Refusal {
            code: Some(error.code),
            text: format!("{}: {}", error.code.as_str(), error.message),
        })?;
        let Some(body) = answer.body else {
            return Ok(Value::Null);
        };
        serde_json::from_slice(&body).map_err(|error| Refusal {
            code: None,
            text: error.to_string(),
        })
    }

    /// Runs an operation that reads; None if there is no such thing.
    ///
    /// # Errors
    /// Another error of the operation.
    pub async fn find(self, op: Op, input: Input) -> Result<Option<Value>, String> {
        match self.run(op, input, None).await {
            Ok(answer) => Ok(Some(answer)),
            Err(refusal) if refusal.code == Some(ErrorCode::ResourceNotFound) => Ok(None),
            Err(refusal) => Err(refusal.text),
        }
    }

    /// Runs an operation that writes, unless nothing may be written.
    ///
    /// # Errors
    /// The operation's.
    pub async fn write(
        self,
        op: Op,
        input: Input,
        kept: Option<(&str, &str)>,
    ) -> Result<(), String> {
        if self.only_look {
            return Ok(());
        }
        let done = self.run(op, input, kept).await;
        done.map(|_| ()).map_err(|refusal| refusal.text)
    }

    /// True if the pool is there.
    ///
    /// # Errors
    /// The store's.
    pub async fn is_there(self) -> Result<bool, String> {
        let found = self.app.cached_pool(self.pool).await;
        Ok(found.map_err(|fault| format!("{fault:?}"))?.is_some())
    }
}
