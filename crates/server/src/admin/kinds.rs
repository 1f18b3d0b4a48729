//! What commands change, and how long they take.

use super::{Request, pool_change};

impl Request {
    /// True if the command changes nothing that a server remembers.
    pub fn only_reads(&self) -> bool {
        if let Self::Events { step, .. } = self {
            return step.only_reads();
        }
        if let Self::Seed { step } = self {
            return step.only_reads();
        }
        matches!(
            self,
            Self::ListKeys
                | Self::Profile { .. }
                | Self::ImportLog { .. }
                | Self::ImportStatus { .. }
                | Self::Audit { .. }
                | Self::AuditHead
                | Self::AuditVerify { .. }
                | Self::Look { .. }
                | Self::LookImage { .. }
                | Self::Messages { .. }
                | Self::Message { .. }
                | Self::PreviewMessages { .. }
                | Self::Export { .. }
                | Self::ListDynamicClients(..)
                | Self::ListConsents(..)
                | Self::ListProviders { .. }
                | Self::TestProvider { .. }
                | Self::LinkingPolicy { .. }
                | Self::LinkRequests { .. }
                | Self::Backup { .. }
                | Self::Upstream { .. }
                | Self::Lint { .. }
                | Self::PoolChange {
                    step: pool_change::Step::Status { .. },
                    ..
                }
        )
    }

    /// True if the command takes as long as the database is large.
    pub fn is_long(&self) -> bool {
        matches!(self, Self::Backup { .. } | Self::RestorePools { .. })
    }
}
