"""Point-in-time recovery through boto3: the five operations, from a disaster to the users as they were.

The pinned boto3 may be older than the operations: then its own model of the service is completed for this session.

This session moves the clock of the whole server by an hour, so it runs after those that do not.
"""

import gzip
import json
import tempfile
import time
from pathlib import Path

import boto3
import botocore

from support import Pool, administrator, check, check_match, check_refused, get_json, post_json, session, without_metadata

PAUSED = ("OperationNotEnabledException",
          "Operation is not enabled while a point-in-time recovery of the user pool is in progress.")
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def complete_model():
    """Adds the operations to the model of boto3, if they are missing; returns the folder of the completed model."""
    kept = Path(botocore.__file__).parent / "data" / "cognito-idp" / "2016-04-18"
    packed = kept / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (kept / "service-2.json").read_bytes()
    model = json.loads(text)
    if "InitiatePointInTimeRecovery" in model["operations"]:
        return None
    shapes = model["shapes"]
    text, time_, number = {"shape": "PitrText"}, {"shape": "PitrTime"}, {"shape": "PitrNumber"}

    def structure(name, required=(), **members):
        shapes[name] = {"type": "structure", "required": list(required), "members": members}
        return {"shape": name}

    def many(name, member):
        shapes[name] = {"type": "list", "member": member}
        return {"shape": name}

    shapes["PitrText"], shapes["PitrTime"], shapes["PitrNumber"] = (
        {"type": "string"}, {"type": "timestamp"}, {"type": "integer"})
    preview = structure("PitrPreview", Entity=text, CreateCount=number, UpdateCount=number, DeleteCount=number)
    short = {"RestoreId": text, "RestoreStatus": text, "RestoreTimestamp": time_}
    whole = structure("PitrRestoration", **short, TriggerTimestamp=time_, RestorePreview=many("PitrPreviews", preview))
    answer = structure("PitrAnswer", Restoration=whole)
    listed = many("PitrRestorations", structure("PitrDescription", **short))
    named = structure("PitrNamed", ("UserPoolId", "RestoreId"), UserPoolId=text, RestoreId=text)
    moment = structure("PitrMoment", ("UserPoolId", "RestoreTimestamp"), UserPoolId=text, RestoreTimestamp=time_)
    page = structure("PitrPage", ("UserPoolId",), UserPoolId=text, NextToken=text, MaxResults=number)
    pages = structure("PitrList", Restorations=listed, NextToken=text)
    operations = {f"{verb}PointInTimeRecovery": (named, answer) for verb in ("Describe", "Start", "Cancel")}
    operations |= {"InitiatePointInTimeRecovery": (moment, answer), "ListPointInTimeRecoveries": (page, pages)}
    for name, (given, got) in operations.items():
        http = {"method": "POST", "requestUri": "/"}
        model["operations"][name] = {"name": name, "http": http, "input": given, "output": got}
    folder = Path(tempfile.mkdtemp())
    (folder / "cognito-idp" / "2016-04-18").mkdir(parents=True)
    (folder / "cognito-idp" / "2016-04-18" / "service-2.json").write_text(json.dumps(model), encoding="utf-8")
    return folder


def waited(pool, restore_id, status):
    """Waits until a recovery has left a status; returns it."""
    for _ in range(200):
        restoration = client.describe_point_in_time_recovery(UserPoolId=pool.id, RestoreId=restore_id)["Restoration"]
        if restoration["RestoreStatus"] != status:
            return restoration
        time.sleep(0.1)
    return restoration


def users(pool):
    """Returns what ListUsers says of every user."""
    return sorted(
        (user["Username"], user["UserStatus"], user["Enabled"], user["UserCreateDate"], user["UserLastModifiedDate"],
         tuple(sorted((each["Name"], each["Value"]) for each in user["Attributes"])))
        for user in client.list_users(UserPoolId=pool.id)["Users"]
    )


with session("recovery"):
    completed = complete_model()
    if completed:
        boto3.setup_default_session()
        loader = boto3.DEFAULT_SESSION._session.get_component("data_loader")
        loader.search_paths.insert(0, str(completed))
    client = administrator()
    pool = Pool(client, "recovery", ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    for name in ("ada", "grace", "barbara"):
        pool.confirmed_user(name)
    client.create_group(UserPoolId=pool.id, GroupName="pioneers", Precedence=3)
    client.admin_add_user_to_group(UserPoolId=pool.id, GroupName="pioneers", Username="ada")
    post_json("/_dev/clock", {"advance": "2s"})
    target = int(get_json("/_dev/clock")["now"]) - 1
    before = users(pool)
    post_json("/_dev/clock", {"advance": "2s"})

    client.admin_delete_user(UserPoolId=pool.id, Username="ada")
    client.admin_update_user_attributes(
        UserPoolId=pool.id, Username="grace", UserAttributes=[{"Name": "name", "Value": "wrong"}])
    client.admin_create_user(UserPoolId=pool.id, Username="ada", MessageAction="SUPPRESS")
    client.delete_group(UserPoolId=pool.id, GroupName="pioneers")

    check_refused("a moment must be old enough", "InitiatePointInTimeRecovery",
                  ("InvalidParameterException", "RestoreTimestamp must be at least 15 minutes in the past."),
                  lambda: client.initiate_point_in_time_recovery(UserPoolId=pool.id, RestoreTimestamp=target))
    post_json("/_dev/clock", {"advance": "16m"})
    begun = client.initiate_point_in_time_recovery(UserPoolId=pool.id, RestoreTimestamp=target)["Restoration"]
    restore_id = begun["RestoreId"]
    check_match("a recovery has an id", restore_id, UUID)
    check("it begins with its preview", (begun["RestoreStatus"], int(begun["RestoreTimestamp"].timestamp())),
          ("PREVIEW_GENERATING", target))
    check_refused("users do not change meanwhile", "AdminUpdateUserAttributes", PAUSED,
                  lambda: client.admin_update_user_attributes(
                      UserPoolId=pool.id, Username="barbara", UserAttributes=[{"Name": "name", "Value": "x"}]))
    check_refused("nor do they sign up", "SignUp", PAUSED,
                  lambda: client.sign_up(ClientId=pool.client_id, Username="edith", Password="Correct-Horse-7",
                                         UserAttributes=[{"Name": "email", "Value": "edith@example.com"}]))
    preview = waited(pool, restore_id, "PREVIEW_GENERATING")
    none = {"CreateCount": 0, "UpdateCount": 0, "DeleteCount": 0}
    check("the preview counts what would change", (preview["RestoreStatus"], preview["RestorePreview"]), (
        "PREVIEW_GENERATED",
        [
            {"Entity": "Users", "CreateCount": 1, "UpdateCount": 1, "DeleteCount": 1},
            {"Entity": "Groups", **none, "CreateCount": 1},
            {"Entity": "User MFAs", **none},
            {"Entity": "Passkeys", **none},
        ],
    ))
    check("sign-ins go on", "AccessToken" in pool.sign_in("barbara"), True)
    cancelled = client.cancel_point_in_time_recovery(UserPoolId=pool.id, RestoreId=restore_id)["Restoration"]
    check("it can be cancelled", cancelled["RestoreStatus"], "PREVIEW_CANCELLED")

    begun = client.initiate_point_in_time_recovery(UserPoolId=pool.id, RestoreTimestamp=target)["Restoration"]
    second = begun["RestoreId"]
    waited(pool, second, "PREVIEW_GENERATING")
    started = client.start_point_in_time_recovery(UserPoolId=pool.id, RestoreId=second)["Restoration"]
    check("it is started", started["RestoreStatus"], "RESTORING")
    check("and comes to its end", waited(pool, second, "RESTORING")["RestoreStatus"], "RESTORE_COMPLETED")
    check("the users are those of the moment", users(pool), before)
    groups = client.admin_list_groups_for_user(UserPoolId=pool.id, Username="ada")["Groups"]
    check("so is the group, with its member", [(each["GroupName"], each["Precedence"]) for each in groups],
          [("pioneers", 3)])
    check("the deleted user signs in with the password of then", "AccessToken" in pool.sign_in("ada"), True)
    client.admin_update_user_attributes(
        UserPoolId=pool.id, Username="grace", UserAttributes=[{"Name": "name", "Value": "Grace"}])
    listed = without_metadata(client.list_point_in_time_recoveries(UserPoolId=pool.id))
    check("recoveries are listed from the newest", [
        (each["RestoreId"], each["RestoreStatus"]) for each in listed["Restorations"]
    ], [(second, "RESTORE_COMPLETED"), (restore_id, "PREVIEW_CANCELLED")])
    # boto3 asks again by itself before it gives up.
    try:
        client.initiate_point_in_time_recovery(UserPoolId=pool.id, RestoreTimestamp=target)
        refused = None
    except client.exceptions.ClientError as error:
        refused = error.response["Error"]
    check("one is completed in a day", refused, {
        "Code": "LimitExceededException",
        "Message": "The limit of completed recoveries of the user pool in 24 hours was exceeded.",
    })
