#!/usr/bin/env bash
# curl alone: a script that signs in on the classic page as people's scripts do, and uses what it gets.
set -uo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0
callback=https://app.example/callback
signed_out=https://app.example/signed-out
password=Correct-Horse-7

check() { # name got want
  if [ "$2" = "$3" ]; then
    printf 'ok - %s\n' "$1"
  else
    failures=$((failures + 1))
    printf 'not ok - %s\n    got  %s\n    want %s\n' "$1" "$2" "$3"
  fi
}
# yes if the text fits the extended regular expression.
fits() { if printf '%s' "$1" | grep -Eq "$2"; then echo yes; else echo "$1"; fi; }
api() { # operation body
  curl -s --user test:test --aws-sigv4 aws:amz:us-east-1:cognito-idp -H 'Content-Type: application/x-amz-json-1.1' \
    -H "X-Amz-Target: AWSCognitoIdentityProviderService.$1" -d "$2" "$E2E_ENDPOINT/"
}
# The first member of this name whose value is a text.
member() { grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
parameter() { printf '%s' "$1" | tr '?&#' '\n\n\n' | sed -n "s/^$2=//p" | head -n 1; }
field() { grep -oE 'name="_csrf"\s+value="[^"]+"' "$1" | head -n 1 | sed 's/.*value="//;s/"$//'; }

pool=$(api CreateUserPool '{"PoolName":"curl"}' | member Id)
api CreateUserPoolDomain "{\"UserPoolId\":\"$pool\",\"Domain\":\"curl-$RANDOM$RANDOM\",\"ManagedLoginVersion\":1}" > "$folder/domain"
client=$(api CreateUserPoolClient "{\"UserPoolId\":\"$pool\",\"ClientName\":\"curl\",\"GenerateSecret\":true,
  \"AllowedOAuthFlowsUserPoolClient\":true,\"AllowedOAuthFlows\":[\"code\",\"implicit\"],
  \"AllowedOAuthScopes\":[\"openid\",\"email\"],\"CallbackURLs\":[\"$callback\"],\"LogoutURLs\":[\"$signed_out\"],
  \"SupportedIdentityProviders\":[\"COGNITO\"]}")
id=$(printf '%s' "$client" | member ClientId)
secret=$(printf '%s' "$client" | member ClientSecret)
api AdminCreateUser "{\"UserPoolId\":\"$pool\",\"Username\":\"dorothy\",\"MessageAction\":\"SUPPRESS\",
  \"UserAttributes\":[{\"Name\":\"email\",\"Value\":\"dorothy@example.com\"}]}" > "$folder/user"
api AdminSetUserPassword "{\"UserPoolId\":\"$pool\",\"Username\":\"dorothy\",\"Password\":\"$password\",\"Permanent\":true}" > "$folder/password"

query="client_id=$id&response_type=code&scope=openid+email&redirect_uri=https%3A%2F%2Fapp.example%2Fcallback&state=a%2Fb%3D%3D"
jar=$folder/cookies
check 'the page' "$(curl -s -c "$jar" -o "$folder/page" -w '%{http_code}' "$E2E_ENDPOINT/login?$query")" 200
csrf=$(field "$folder/page")
check 'the field and the cookie are a pair' "$csrf" "$(awk '$6 == "XSRF-TOKEN" { print $7 }' "$jar")"

sign_in() { # password
  curl -s -b "$jar" -c "$jar" -o "$folder/answer" -D "$folder/headers" -w '%{http_code} %{redirect_url}' \
    --data-urlencode "_csrf=$csrf" --data-urlencode 'username=dorothy' --data-urlencode "password=$1" \
    -d 'cognitoAsfData=' -d 'signInSubmitButton=Sign in' "$E2E_ENDPOINT/login?$query"
}
answer=$(sign_in Correct-Horse-8)
check 'a wrong password stays on this host' "$(fits "$answer" "^(200|30[23] ($E2E_ENDPOINT|/))")" yes
check 'and gives no session' "$(grep -ic '^set-cookie: cognito=' "$folder/headers")" 0
answer=$(sign_in "$password")
check 'the right one leads to the application' "$(fits "$answer" "^302 $callback\\?")" yes
check 'with a session' "$(grep -ic '^set-cookie: cognito=' "$folder/headers")" 1
check 'with the state, byte for byte' "$(parameter "${answer#* }" state)" 'a%2Fb%3D%3D'
code=$(parameter "${answer#* }" code)
check 'with a code' "$(fits "$code" '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$')" yes

token() { curl -s -u "$id:$secret" "$@" "$E2E_ENDPOINT/oauth2/token"; }
exchange() { token -d grant_type=authorization_code -d "code=$code" --data-urlencode "redirect_uri=$callback"; }
tokens=$(exchange)
access=$(printf '%s' "$tokens" | member access_token)
refresh=$(printf '%s' "$tokens" | member refresh_token)
check 'an ID token' "$(fits "$(printf '%s' "$tokens" | member id_token)" '^ey[A-Za-z0-9_.-]+$')" yes
check 'the type' "$(printf '%s' "$tokens" | member token_type)" Bearer
about=$(curl -s -H "Authorization: Bearer $access" "$E2E_ENDPOINT/oauth2/userInfo")
check 'userInfo' "$(printf '%s' "$about" | member username) $(printf '%s' "$about" | member email)" 'dorothy dorothy@example.com'
renewed=$(token -d grant_type=refresh_token -d "refresh_token=$refresh")
check 'renewed' "$(fits "$(printf '%s' "$renewed" | member access_token)" '^ey')" yes
check 'the same refresh token stays' "$(printf '%s' "$renewed" | member refresh_token)" ''
# With the session of the browser there is no page in between.
answer=$(curl -s -b "$jar" -o /dev/null -w '%{http_code} %{redirect_url}' "$E2E_ENDPOINT/oauth2/authorize?$query")
check 'the session answers' "$(fits "$answer" "^302 $callback\\?.*code=")" yes
check 'revoked' "$(curl -s -o /dev/null -w '%{http_code}' -u "$id:$secret" -d "token=$refresh" "$E2E_ENDPOINT/oauth2/revoke")" 200
check 'over' "$(token -d grant_type=refresh_token -d "refresh_token=$refresh" | member error)" invalid_grant
check 'a code is good once' "$(exchange | member error)" invalid_grant
where=$(curl -s -b "$jar" -c "$jar" -o /dev/null -w '%{http_code} %{redirect_url}' \
  "$E2E_ENDPOINT/logout?client_id=$id&logout_uri=https%3A%2F%2Fapp.example%2Fsigned-out")
check 'signed out' "$where" "302 $signed_out"
check 'the cookie is gone' "$(awk '$6 == "cognito"' "$jar" | grep -c .)" 0

# A script that never saw the page: it makes the pair itself and brings everything in the body.
answer=$(curl -s -o /dev/null -D "$folder/headers" -w '%{http_code} %{redirect_url}' -b 'XSRF-TOKEN=2f1ac9a0-4a55-4b1e-9d6e-0c1f2d3e4b5a' \
  -d '_csrf=2f1ac9a0-4a55-4b1e-9d6e-0c1f2d3e4b5a' -d username=dorothy --data-urlencode "password=$password" \
  -d "client_id=$id" -d response_type=token -d 'scope=openid email' --data-urlencode "redirect_uri=$callback" "$E2E_ENDPOINT/login")
check 'a pair of its own: tokens in the fragment' "$(fits "$answer" "^302 $callback#")" yes
fragment=${answer#*#}
check 'of both kinds' "$(fits "$(parameter "$fragment" access_token) $(parameter "$fragment" id_token)" '^ey[^ ]+ ey[^ ]+$')" yes
check 'and no refresh token' "$(parameter "$fragment" refresh_token)" ''
answer=$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -b 'XSRF-TOKEN=one' -d '_csrf=another' -d username=dorothy \
  --data-urlencode "password=$password" -d "client_id=$id" -d response_type=token --data-urlencode "redirect_uri=$callback" "$E2E_ENDPOINT/login")
check 'two halves of different pairs' "$(fits "$answer" '^(200|403) $')" yes
answer=$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Origin: https://evil.example' -b 'XSRF-TOKEN=one' -d '_csrf=one' \
  -d username=dorothy --data-urlencode "password=$password" -d "client_id=$id" -d response_type=token \
  --data-urlencode "redirect_uri=$callback" "$E2E_ENDPOINT/login")
check 'a pair from another site' "$(fits "$answer" '^(200|403) $')" yes
exit $((failures > 0))
