"""boto3: what stands around a pool, with every field and updated field by field: groups, resource servers, a domain,
both kinds of looks, and terms."""

import re
import struct
import zlib

from every_field_data import ACCOUNT, dated, role
from support import UUID, administrator, check, check_match, check_refused, session, without_metadata

VERSION = r"20\d{12}"


def groups(admin, pool):
    """A group: what an update leaves out stays."""
    of = {"UserPoolId": pool, "GroupName": "readers"}
    want = of | {"Description": "Who reads", "RoleArn": role("readers"), "Precedence": 10}
    dates = dated("CreateGroup", without_metadata(admin.create_group(**want))["Group"], want)
    read = lambda name: dated(name, without_metadata(admin.get_group(**of))["Group"], want, dates)  # noqa: E731
    read("GetGroup")
    for field, value in {"Description": "Who also writes", "RoleArn": role("writers"), "Precedence": 0}.items():
        want[field] = value
        dates = dated(f"UpdateGroup: {field} alone",
                      without_metadata(admin.update_group(**of, **{field: value}))["Group"], want, dates)
        read(f"GetGroup after {field}")
    dated("UpdateGroup with nothing", without_metadata(admin.update_group(**of))["Group"], want, dates)
    bare = {"UserPoolId": pool, "GroupName": "bare"}
    dated("a bare group", without_metadata(admin.create_group(**bare))["Group"], bare)
    listed = without_metadata(admin.list_groups(UserPoolId=pool))
    check("ListGroups", (set(listed), sorted(one["GroupName"] for one in listed["Groups"])),
          ({"Groups"}, ["bare", "readers"]))
    check("DeleteGroup answers nothing", without_metadata(admin.delete_group(**of)), {})
    check_refused("a deleted group is gone", "GetGroup", ("ResourceNotFoundException", "Group not found."),
                  lambda: admin.get_group(**of))


def resource_servers(admin, pool):
    """A resource server: name and scopes are replaced."""
    of = {"UserPoolId": pool, "Identifier": "https://api.example.com"}
    scopes = [{"ScopeName": "read", "ScopeDescription": "Read"}, {"ScopeName": "write", "ScopeDescription": "Write"}]
    want = of | {"Name": "API", "Scopes": scopes}

    def same(name, answer):
        check(name, without_metadata(answer), {"ResourceServer": want})
        check(f"DescribeResourceServer after {name}",
              without_metadata(admin.describe_resource_server(**of)), {"ResourceServer": want})

    same("CreateResourceServer", admin.create_resource_server(**want))
    for changes in ({"Name": "Other API"}, {"Scopes": scopes[:1]}):
        want |= changes
        same(f"UpdateResourceServer with other {', '.join(changes)}", admin.update_resource_server(**want))
    want["Scopes"] = []
    same("UpdateResourceServer without scopes", admin.update_resource_server(**of, Name="Other API"))
    check_refused("a second one of the same identifier is refused", "CreateResourceServer",
                  ("InvalidParameterException", f"{of['Identifier']} already exists in user pool {pool}."),
                  lambda: admin.create_resource_server(**of, Name="API"))
    check("ListResourceServers", without_metadata(admin.list_resource_servers(UserPoolId=pool, MaxResults=50)),
          {"ResourceServers": [want]})
    check("DeleteResourceServer answers nothing", without_metadata(admin.delete_resource_server(**of)), {})
    check_refused("a deleted resource server is gone", "DescribeResourceServer",
                  ("ResourceNotFoundException", f"Resource server {of['Identifier']} does not exist."),
                  lambda: admin.describe_resource_server(**of))


def described_domain(admin, pool, name, prefix, version):
    """Checks the whole description of a prefix domain."""
    answer = without_metadata(admin.describe_user_pool_domain(Domain=prefix))
    shown = dict(answer["DomainDescription"])
    check_match(f"{name}: the distribution", shown.pop("CloudFrontDistribution", None), r"[a-z0-9]+\.cloudfront\.net")
    check_match(f"{name}: the version", shown.pop("Version", None), VERSION)
    check(name, (set(answer), shown), ({"DomainDescription"}, {
        "UserPoolId": pool, "AWSAccountId": ACCOUNT, "Domain": prefix, "S3Bucket": "aws-cognito-prod-iad-assets",
        "Status": "ACTIVE", "ManagedLoginVersion": version,
    }))


def domain(admin, pool, prefix):
    """A prefix domain: only its kind of pages can change."""
    of = {"UserPoolId": pool, "Domain": prefix}
    check("an unknown domain has an empty description",
          without_metadata(admin.describe_user_pool_domain(Domain=prefix)), {"DomainDescription": {}})
    check("CreateUserPoolDomain", without_metadata(admin.create_user_pool_domain(**of, ManagedLoginVersion=2)),
          {"ManagedLoginVersion": 2})
    described_domain(admin, pool, "DescribeUserPoolDomain", prefix, 2)
    check("the pool shows its domain", admin.describe_user_pool(UserPoolId=pool)["UserPool"].get("Domain"), prefix)
    for version in (1, 2):
        check(f"UpdateUserPoolDomain to {version}",
              without_metadata(admin.update_user_pool_domain(**of, ManagedLoginVersion=version)),
              {"ManagedLoginVersion": version})
        described_domain(admin, pool, f"DescribeUserPoolDomain with {version}", prefix, version)
    other = admin.create_user_pool(PoolName="other")["UserPool"]["Id"]
    check_refused("a taken prefix is refused", "CreateUserPoolDomain",
                  ("InvalidParameterException", "Domain already associated with another user pool."),
                  lambda: admin.create_user_pool_domain(UserPoolId=other, Domain=prefix))
    admin.delete_user_pool(UserPoolId=other)


def domain_ends(admin, pool, prefix):
    """A pool with a domain stays; without it, it can go."""
    check_refused("a pool with a domain is not deleted", "DeleteUserPool",
                  ("InvalidParameterException",
                   "User pool cannot be deleted. It has a domain configured that should be deleted first."),
                  lambda: admin.delete_user_pool(UserPoolId=pool))
    of = {"UserPoolId": pool, "Domain": prefix}
    check("DeleteUserPoolDomain answers nothing", without_metadata(admin.delete_user_pool_domain(**of)), {})
    check("a deleted domain has an empty description",
          without_metadata(admin.describe_user_pool_domain(Domain=prefix)), {"DomainDescription": {}})
    check_refused("a deleted domain cannot be deleted", "DeleteUserPoolDomain",
                  ("InvalidParameterException", "No such domain or user pool exists."),
                  lambda: admin.delete_user_pool_domain(**of))
    check("the pool shows no domain", "Domain" in admin.describe_user_pool(UserPoolId=pool)["UserPool"], False)


def png():
    """A picture of one pixel."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\xff\xff\xff"))
            + chunk(b"IEND", b""))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect width="1" height="1" fill="#000"/></svg>'


def button(**colors):
    """A part of the settings of managed login."""
    return {"components": {"primaryButton": {"lightMode": {"defaults": colors}}}}


def managed_login(admin, pool, client):
    """A style: settings and pictures are added to, and the service's own look ends them."""
    image = {"Category": "PAGE_BACKGROUND", "ColorMode": "LIGHT", "Extension": "PNG", "Bytes": png()}
    logo = {"Category": "FORM_LOGO", "ColorMode": "DARK", "Extension": "SVG", "Bytes": SVG}
    answer = without_metadata(admin.create_managed_login_branding(
        UserPoolId=pool, ClientId=client, Settings=button(backgroundColor="112233ff"), Assets=[image]))
    made = answer["ManagedLoginBranding"]
    check_match("the id of the style", made["ManagedLoginBrandingId"], UUID)
    of = {"UserPoolId": pool, "ManagedLoginBrandingId": made["ManagedLoginBrandingId"]}
    want = of | {"UseCognitoProvidedValues": False, "Settings": button(backgroundColor="112233ff"), "Assets": [image]}
    dates = dated("CreateManagedLoginBranding", made, want)

    def read(name):
        dated(f"DescribeManagedLoginBranding after {name}",
              without_metadata(admin.describe_managed_login_branding(**of))["ManagedLoginBranding"], want, dates)
        by_client = admin.describe_managed_login_branding_by_client(UserPoolId=pool, ClientId=client)
        dated(f"DescribeManagedLoginBrandingByClient after {name}",
              without_metadata(by_client)["ManagedLoginBranding"], want, dates)

    def update(name, **members):
        answer = without_metadata(admin.update_managed_login_branding(**of, **members))["ManagedLoginBranding"]
        shown = answer | {"Assets": sorted(answer["Assets"], key=order)} if "Assets" in answer else answer
        return dated(name, shown, want, dates)

    order = lambda one: one["Category"]  # noqa: E731
    read("CreateManagedLoginBranding")
    check_refused("a style of settings and the service's own look is refused", "UpdateManagedLoginBranding",
                  ("InvalidParameterException", "useCognitoProvidedValues or settings should be specified (but not both)"),
                  lambda: update("", UseCognitoProvidedValues=True, Settings=button(textColor="445566ff")))
    want["Settings"] = button(backgroundColor="112233ff", textColor="445566ff")
    dates = update("UpdateManagedLoginBranding adds settings", Settings=button(textColor="445566ff"))
    read("settings")
    want["Assets"] = [logo, image]
    dates = update("UpdateManagedLoginBranding adds a picture", Assets=[logo])
    merged = without_metadata(
        admin.describe_managed_login_branding(**of, ReturnMergedResources=True))["ManagedLoginBranding"]["Settings"]
    colors = merged["components"]["primaryButton"]["lightMode"]["defaults"]
    check("merged settings hold the service's too",
          (sorted(merged), colors, "hover" in merged["components"]["primaryButton"]["lightMode"]),
          (["categories", "componentClasses", "components"],
           {"backgroundColor": "112233ff", "textColor": "445566ff"}, True))
    want = of | {"UseCognitoProvidedValues": True}
    dates = update("UpdateManagedLoginBranding to the service's own look", UseCognitoProvidedValues=True)
    read("the service's own look")
    check("DeleteManagedLoginBranding answers nothing", without_metadata(admin.delete_managed_login_branding(**of)), {})


def classic_looks(admin, pool, client):
    """The style sheet and the picture of the classic pages: each request replaces both."""
    sheet, other = ".banner-customizable { background-color: red; }", ".label-customizable { font-weight: 700; }"

    def looks(name, answer, whose, css, picture):
        shown = without_metadata(answer)["UICustomization"]
        if picture:
            check_match(f"{name}: the picture", shown.get("ImageUrl"),
                        r"https://\S+/" + re.escape(whose) + "/" + VERSION + r"/assets/images/image\.\w+")
        check_match(f"{name}: the version", shown.get("CSSVersion"), VERSION)
        rest = {key: value for key, value in shown.items() if key not in ("CSSVersion", "ImageUrl")}
        dated(name, rest, {"UserPoolId": pool, "ClientId": whose} | ({"CSS": css} if css else {}))
        check(f"{name}: whether there is a picture", "ImageUrl" in shown, picture)

    def both(name, whose, css=None, image=None):
        members = ({"CSS": css} if css else {}) | ({"ImageFile": image} if image else {})
        of = {"UserPoolId": pool} | ({} if whose == "ALL" else {"ClientId": whose})
        looks(f"SetUICustomization: {name}", admin.set_ui_customization(**of, **members), whose, css, bool(image))
        looks(f"GetUICustomization: {name}", admin.get_ui_customization(**of), whose, css, bool(image))

    both("of all clients", "ALL", css=sheet, image=png())
    looks("a client without its own has that of all", admin.get_ui_customization(UserPoolId=pool, ClientId=client),
          "ALL", sheet, True)
    both("of one client", client, css=other, image=png())
    both("its style sheet alone", client, css=sheet)
    both("its picture alone", client, image=png())
    check_refused("a class that the pages do not have is refused", "SetUICustomization",
                  ("InvalidParameterException", "The CSS class .other is not in the list of allowed classes."),
                  lambda: admin.set_ui_customization(UserPoolId=pool, CSS=".other { color: red; }"))


def terms(admin, pool, client):
    """Terms: what an update leaves out stays."""
    want = {
        "UserPoolId": pool, "ClientId": client, "TermsName": "terms-of-use", "TermsSource": "LINK",
        "Enforcement": "NONE",
        "Links": {"cognito:default": "https://example.com/terms", "cognito:german": "https://example.com/agb"},
    }
    made = without_metadata(admin.create_terms(**want))["Terms"]
    check_match("the id of the terms", made["TermsId"], UUID)
    want["TermsId"] = made["TermsId"]
    of = {"UserPoolId": pool, "TermsId": made["TermsId"]}
    dates = dated("CreateTerms", made, want)
    for field, value in {
        "Links": {"cognito:default": "https://example.com/other"}, "TermsName": "privacy-policy",
        "TermsSource": "LINK", "Enforcement": "NONE",
    }.items():
        want[field] = value
        dates = dated(f"UpdateTerms: {field} alone",
                      without_metadata(admin.update_terms(**of, **{field: value}))["Terms"], want, dates)
        dated(f"DescribeTerms after {field}", without_metadata(admin.describe_terms(**of))["Terms"], want, dates)
    by_client = admin.describe_terms_by_client(UserPoolId=pool, ClientId=client, TermsName="privacy-policy")
    dated("DescribeTermsByClient", without_metadata(by_client)["Terms"], want, dates)
    listed = without_metadata(admin.list_terms(UserPoolId=pool, MaxResults=60))
    check("one document is listed", (set(listed), len(listed["Terms"])), ({"Terms"}, 1))
    dated("ListTerms", listed["Terms"][0], {name: want[name] for name in ("TermsId", "TermsName", "Enforcement")}, dates)
    check("DeleteTerms answers nothing", without_metadata(admin.delete_terms(**of)), {})
    check("no terms are left", without_metadata(admin.list_terms(UserPoolId=pool, MaxResults=60)), {"Terms": []})


def main(admin):
    """The whole session in one pool."""
    pool = admin.create_user_pool(
        PoolName="around", Schema=[{"Name": "team", "AttributeDataType": "String", "Mutable": True}]
    )["UserPool"]["Id"]
    client = admin.create_user_pool_client(UserPoolId=pool, ClientName="pages")["UserPoolClient"]["ClientId"]
    prefix = f"every-field-{client[:8]}"
    groups(admin, pool)
    resource_servers(admin, pool)
    check_refused("looks need a domain", "SetUICustomization",
                  ("InvalidParameterException", "There has to be an existing domain associated with this user pool"),
                  lambda: admin.set_ui_customization(UserPoolId=pool, CSS=".label-customizable { color: red; }"))
    domain(admin, pool, prefix)
    managed_login(admin, pool, client)
    classic_looks(admin, pool, client)
    terms(admin, pool, client)
    domain_ends(admin, pool, prefix)
    check("DeleteUserPool answers nothing", without_metadata(admin.delete_user_pool(UserPoolId=pool)), {})


with session("boto3, every field around a pool"):
    main(administrator())
