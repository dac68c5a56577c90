//! The entities of the table, each with a static per property, so that code names a property by
//! its path (`timesheet::USER_ID`) and only the edges know names in strings.

use std::borrow::Cow;

use uuid::Uuid;

use super::{EntityModel, Navigation, Property, ValueType};
use crate::domain::hours::Hours;
use crate::domain::query::Value;
use crate::domain::record::{Kind, Record};
use crate::domain::time::{Date, Instant};

macro_rules! entities {
    ($($module:ident $kind:ident $name:literal $set:literal $about:literal {
        $($property:ident $text:literal $type:ident $($null:ident)? $doc:literal |$it:ident| $read:expr;)+
    } [$($navigation:literal by $by:literal to $target:ident),*])+) => {
        $(
            #[doc = $about]
            pub mod $module {
                use super::*;

                $(
                    #[doc = $doc]
                    pub static $property: Property = Property {
                        name: $text,
                        value_type: types::$type,
                        nullable: nullable!($($null)?),
                        description: $doc,
                        read: |record| match record {
                            Record::$kind($it) => $read,
                            _ => Value::Null,
                        },
                    };
                )+

                /// The entity.
                pub static ENTITY: EntityModel = EntityModel {
                    kind: Kind::$kind,
                    name: $name,
                    set: $set,
                    description: $about,
                    properties: &[$(&$property),+],
                    navigations: &[$(Navigation { name: $navigation, by: $by, to: Kind::$target }),*],
                };
            }
        )+

        /// The entity of a kind.
        pub const fn entity(kind: Kind) -> &'static EntityModel {
            match kind { $(Kind::$kind => &$module::ENTITY),+ }
        }
    };
}

macro_rules! nullable {
    () => {
        false
    };
    (null) => {
        true
    };
}

/// Short names of the types, for the table.
#[expect(non_upper_case_globals, reason = "they stand for types in the table")]
mod types {
    use super::ValueType;

    pub const Bool: ValueType = ValueType::Bool;
    pub const Int: ValueType = ValueType::Int;
    pub const Hours: ValueType = ValueType::Hours;
    pub const Date: ValueType = ValueType::Date;
    pub const Instant: ValueType = ValueType::Instant;
    pub const Id: ValueType = ValueType::Id;
    pub const Text: ValueType = ValueType::Text;
    pub const Status: ValueType = ValueType::Enum(&["Draft", "Submitted", "Approved", "Rejected"]);
    pub const Billing: ValueType = ValueType::Enum(&["TM", "FixedBid", "NonBillable"]);
    pub const State: ValueType = ValueType::Enum(&["Planned", "Open", "Suspended", "Closed"]);
    pub const Import: ValueType = ValueType::Enum(&["StaticData", "TimeEntries"]);
    pub const Job: ValueType = ValueType::Enum(&["Accepted", "Running", "Succeeded", "Failed", "Cancelled"]);
}

entities! {
    settings Settings "Settings" "Settings" "The company's settings." {
        COMPANY_NAME "companyName" Text "The company's name." |it| text(&it.company_name);
    } []
    department Department "Department" "Departments" "A department: where people work, one at a time." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        CODE "code" Text null "A short code." |it| optional_text(it.code.as_deref());
        EXTERNAL_ID "externalId" Text null "The id in the importing system." |it| optional_text(it.external_id.as_deref());
    } []
    organization Organization "Organization" "Organizations" "A client company." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        NUMBER "number" Text null "The reference number." |it| optional_text(it.number.as_deref());
        EXTERNAL_ID "externalId" Text null "The id in the importing system." |it| optional_text(it.external_id.as_deref());
    } []
    activity Activity "Activity" "Activities" "A kind of work, independent of projects." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        CODE "code" Text null "A short code." |it| optional_text(it.code.as_deref());
        EXTERNAL_ID "externalId" Text null "The id in the importing system." |it| optional_text(it.external_id.as_deref());
    } []
    schedule Schedule "Schedule" "Schedules" "A pattern of working hours with its exceptions." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
    } []
    template Template "TimeSheetTemplate" "TimeSheetTemplates" "What new timesheets are made after." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        DUE_DAYS "dueDays" Int "Days from the end of the period until the sheet is due." |it| Value::Int(it.due_days.into());
    } []
    user User "User" "Users" "A person who has an account." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether the account is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        EMAIL "email" Text null "The e-mail address." |it| optional_text(it.email.as_deref());
        EXTERNAL_ID "externalId" Text null "The id in the importing system." |it| optional_text(it.external_id.as_deref());
        MANAGER_ID "managerId" Id null "Who approves the timesheets." |it| optional_id(it.manager_id);
        EMPLOYED_FROM "employedFrom" Date null "The first day of employment." |it| optional_date(it.employed_from);
        EMPLOYED_TO "employedTo" Date null "The last day of employment." |it| optional_date(it.employed_to);
    } ["manager" by "managerId" to User]
    token Token "AccessToken" "AccessTokens" "The right to act as a user." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it counts; false once revoked." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "What it is for." |it| text(&it.name);
        USER_ID "userId" Id "Whom it acts as." |it| id(it.user_id.uuid());
        EXPIRES "expires" Instant null "When it stops to count." |it| optional_instant(it.expires);
    } ["user" by "userId" to User]
    project Project "Project" "Projects" "What time is booked on." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        CODE "code" Text null "A short code." |it| optional_text(it.code.as_deref());
        DESCRIPTION "description" Text null "What it is about." |it| optional_text(it.description.as_deref());
        ORGANIZATION_ID "organizationId" Id null "The client that it is for." |it| optional_id(it.organization_id);
        BILLING_TYPE "billingTypeCode" Billing "How its hours are billed." |it| text(it.billing_type.code());
        STATE "stateCode" State "Whether it takes bookings." |it| text(it.state.code());
        MANAGER_ID "managerId" Id null "Who leads it." |it| optional_id(it.manager_id);
        FIRST_BOOKING_DATE "firstBookingDate" Date null "The first date that may be booked." |it| optional_date(it.first_booking_date);
        LAST_BOOKING_DATE "lastBookingDate" Date null "The last date that may be booked." |it| optional_date(it.last_booking_date);
        ESTIMATE "estimate" Hours null "How many hours it is thought to take." |it| optional_hours(it.estimate);
        WORKING_TIME_LIMIT "workingTimeLimit" Hours null "The most hours that it is to take." |it| optional_hours(it.working_time_limit);
        EXTERNAL_ID "externalId" Text null "The id in the importing system." |it| optional_text(it.external_id.as_deref());
    } ["organization" by "organizationId" to Organization, "manager" by "managerId" to User]
    task Task "ProjectTask" "ProjectTasks" "A node of a project's task tree, or a common task." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "The name." |it| text(&it.name);
        NUMBER "number" Int "The position among its siblings." |it| Value::Int(it.number.into());
        LEAD_TASK_ID "leadTaskId" Id null "The parent; null for the main task." |it| optional_id(it.lead_task_id);
        PROJECT_ID "projectId" Id null "The project; null for a common task." |it| optional_id(it.project_id);
        IS_OPEN "isOpen" Bool "Whether it is still worked on." |it| Value::Bool(it.is_open);
        ALLOWS_ENTRY "allowsEntry" Bool "Whether time may be booked on it." |it| Value::Bool(it.allows_entry);
        ESTIMATE "estimate" Hours null "How many hours it is thought to take." |it| optional_hours(it.estimate);
        EXTERNAL_ID "externalId" Text null "The id in the importing system." |it| optional_text(it.external_id.as_deref());
    } ["project" by "projectId" to Project, "leadTask" by "leadTaskId" to Task]
    timesheet Timesheet "TimeSheet" "TimeSheets" "One user's timesheet for one period." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was made." |it| Value::Instant(it.meta.created);
        IS_ACTIVE "isActive" Bool "Whether it is in use." |it| Value::Bool(it.meta.is_active);
        NAME "name" Text "What lists show." |it| text(&it.name);
        DUE_DATE "dueDate" Date "When it is to be handed in." |it| Value::Date(it.due_date);
        DATE_FROM "dateFrom" Date "The first date." |it| Value::Date(it.period.from());
        DATE_TO "dateTo" Date "The last date." |it| Value::Date(it.period.to());
        STATUS "approvalStatusCode" Status "Where it stands." |it| text(it.status.code());
        SUBMITTED "submitted" Instant null "When it was handed in." |it| optional_instant(it.submitted);
        APPROVED "approved" Instant null "When it was approved." |it| optional_instant(it.approved);
        USER_ID "userId" Id "Whose hours it holds." |it| id(it.user_id.uuid());
        DEPARTMENT_ID "departmentId" Id null "Where the owner worked when it was made." |it| optional_id(it.department_id);
        TEMPLATE_ID "templateId" Id "What it was made after." |it| id(it.template_id.uuid());
    } ["user" by "userId" to User, "department" by "departmentId" to Department, "template" by "templateId" to Template]
    sync_job SyncJob "SyncJob" "SyncJobs" "An import, and what came of it." {
        ID "id" Id "The id." |it| id(it.id.uuid());
        CREATED "created" Instant "When it was accepted." |it| Value::Instant(it.meta.created);
        OWNER_ID "ownerId" Id "Who asked for it." |it| id(it.owner_id.uuid());
        KIND "kindCode" Import "What it brings." |it| text(it.kind.code());
        STATE "stateCode" Job "Where it stands." |it| text(it.state.code());
        DRY_RUN "dryRun" Bool "Whether it only reports what would happen." |it| Value::Bool(it.options.dry_run);
        ROWS "rows" Int "How many rows it brings." |it| Value::Int(i64::try_from(it.rows).unwrap_or(i64::MAX));
        STARTED "started" Instant null "When it was begun." |it| optional_instant(it.started);
        FINISHED "finished" Instant null "When it came to its end." |it| optional_instant(it.finished);
    } ["owner" by "ownerId" to User]
}

fn text(text: &str) -> Value<'_> {
    Value::Text(Cow::Borrowed(text))
}

fn optional_text(value: Option<&str>) -> Value<'_> {
    value.map_or(Value::Null, text)
}

const fn id(uuid: Uuid) -> Value<'static> {
    Value::Id(uuid)
}

fn optional_id(value: Option<impl Into<Uuid>>) -> Value<'static> {
    value.map_or(Value::Null, |id| Value::Id(id.into()))
}

fn optional_date(value: Option<Date>) -> Value<'static> {
    value.map_or(Value::Null, Value::Date)
}

fn optional_instant(value: Option<Instant>) -> Value<'static> {
    value.map_or(Value::Null, Value::Instant)
}

fn optional_hours(value: Option<Hours>) -> Value<'static> {
    value.map_or(Value::Null, Value::Hours)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::approval::ApprovalStatus;
    use crate::domain::import::ImportKind;
    use crate::domain::project::{BillingType, ProjectState};
    use crate::domain::sync_job::JobState;

    #[test]
    fn the_codes_in_the_table_are_those_of_the_enumerations() {
        let codes = |value_type| match value_type {
            ValueType::Enum(codes) => codes.to_vec(),
            _ => Vec::new(),
        };
        assert_eq!(
            codes(types::Status),
            ApprovalStatus::ALL.map(ApprovalStatus::code)
        );
        assert_eq!(codes(types::Billing), BillingType::ALL.map(BillingType::code));
        assert_eq!(codes(types::State), ProjectState::ALL.map(ProjectState::code));
        assert_eq!(codes(types::Import), ImportKind::ALL.map(ImportKind::code));
        assert_eq!(codes(types::Job), JobState::ALL.map(JobState::code));
    }

    #[test]
    fn every_navigation_goes_by_a_property() {
        for kind in Kind::ALL {
            let entity = entity(*kind);
            for navigation in entity.navigations {
                assert!(entity.property(navigation.by).is_some(), "{}", navigation.name);
            }
        }
    }
}
