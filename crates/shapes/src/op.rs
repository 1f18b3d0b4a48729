//! Facts about each operation besides its types.

use crate::generated::{Category, ErrorCode, Op};
use crate::table::Shape;

/// The way in which a caller proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Auth {
    /// A verified AWS signature and a policy that allows the operation.
    SigV4,
    /// No signature: the request carries a token, a session, a code or the id of a client. A signature is ignored.
    Public,
    /// Either an AWS signature or the credentials of a client in the body.
    SigV4OrClient,
}

/// The member of a request that names the resource that IAM policies are evaluated against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    /// `UserPoolId`: the resource is the ARN of that pool.
    PoolId,
    /// `ResourceArn`: the resource is that ARN itself.
    Arn,
    /// `ClientId` alone: the resource is the ARN of the client's pool.
    Client,
    /// `Domain` alone: policies are evaluated against `*`, and the pool that has the domain must not be denied.
    Domain,
    /// None: policies are evaluated against `*`, as no policy is asked for public operations.
    None,
}

/// The facts of one operation.
pub struct Facts {
    pub(crate) name: &'static str,
    pub(crate) auth: Auth,
    pub(crate) category: Category,
    pub(crate) input: &'static Shape,
    pub(crate) has_output: bool,
    pub(crate) resource: Resource,
    pub(crate) errors: &'static [ErrorCode],
}

impl Op {
    /// Returns the name of the operation, also the name of its IAM action.
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// Returns the operation with this exact name.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.binary_search_by(|op| op.name().cmp(name)).ok()?;
        Self::ALL.get(found).copied()
    }

    /// Returns the way in which its caller proves who it is (auth.md 1.8, admin.md 8.1).
    pub const fn auth(self) -> Auth {
        self.facts().auth
    }

    /// Returns the rate category it counts to (admin.md 7.1).
    pub const fn category(self) -> Category {
        self.facts().category
    }

    /// Returns the errors that the model declares for it, in the order of the model.
    pub const fn errors(self) -> &'static [ErrorCode] {
        self.facts().errors
    }

    /// Returns false if its success body has zero length instead of being a JSON object (auth.md 1.2).
    pub const fn has_output(self) -> bool {
        self.facts().has_output
    }

    /// Returns the member of its request that names the resource for IAM (admin.md 8.2).
    pub const fn resource_member(self) -> Resource {
        self.facts().resource
    }

    /// Returns the constraints of its request.
    pub const fn input(self) -> &'static Shape {
        self.facts().input
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_exact_name_and_by_no_other() {
        let model = include_str!("../../../model/cognito-idp.model");
        let known = model.lines().filter(|line| line.starts_with("op ")).count();
        assert_eq!(Op::ALL.len(), known);
        for op in Op::ALL {
            assert_eq!(Op::from_name(op.name()), Some(*op));
            assert_eq!(Op::from_name(&op.name().to_lowercase()), None);
        }
        assert_eq!(Op::from_name(""), None);
    }

    #[test]
    fn thirteen_operations_answer_with_an_empty_body() {
        let empty: Vec<&str> = Op::ALL
            .iter()
            .filter(|o| !o.has_output())
            .map(|o| o.name())
            .collect();
        assert_eq!(
            empty,
            [
                "AdminAddUserToGroup",
                "AdminDeleteUser",
                "AdminForgetDevice",
                "AdminRemoveUserFromGroup",
                "DeleteGroup",
                "DeleteIdentityProvider",
                "DeleteManagedLoginBranding",
                "DeleteResourceServer",
                "DeleteTerms",
                "DeleteUser",
                "DeleteUserPool",
                "DeleteUserPoolClient",
                "ForgetDevice"
            ]
        );
    }

    #[test]
    fn callers_are_classed_as_the_service_classes_them() {
        let count = |auth| Op::ALL.iter().filter(|o| o.auth() == auth).count();
        // A newer model seldom has more of these two: each that it has is looked at before it is counted here.
        assert_eq!((count(Auth::Public), count(Auth::SigV4OrClient)), (35, 1));
        assert_eq!(count(Auth::SigV4), Op::ALL.len() - 36);
        assert_eq!(Op::GetClientToken.auth(), Auth::Public);
        assert_eq!(Op::GetDerivedToken.auth(), Auth::SigV4OrClient);
        assert_eq!(Op::ListUserPools.resource_member(), Resource::None);
        assert_eq!(Op::AdminGetUser.resource_member(), Resource::PoolId);
        assert_eq!(Op::TagResource.resource_member(), Resource::Arn);
        assert_eq!(Op::GetDerivedToken.resource_member(), Resource::Client);
        assert_eq!(
            Op::DescribeUserPoolDomain.resource_member(),
            Resource::Domain
        );
        assert_eq!(Op::InitiateAuth.resource_member(), Resource::None);
    }

    #[test]
    fn server_faults_and_missing_operations_have_their_own_status() {
        assert_eq!(ErrorCode::InternalError.status(), 500);
        assert_eq!(ErrorCode::InternalServer.status(), 500);
        assert_eq!(ErrorCode::NotImplemented.status(), 501);
        assert_eq!(ErrorCode::TooManyRequests.status(), 400);
        assert_eq!(ErrorCode::Serialization.as_str(), "SerializationException");
    }
}
