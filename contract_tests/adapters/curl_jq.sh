#!/bin/sh
# A careful client of both vendors: a POSIX shell with curl, jq (1.6 or later) and GNU coreutils.
#
#     wanproof check -- sh contract_tests/adapters/curl_jq.sh
#
# It is started for each case, reads it as JSON on stdin, finds the rest in WANPROOF_..., and
# prints one outcome. The payload may be large and the key is secret, so that neither is ever
# an argument of a program.
set -eu
umask 077
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

json='
def task: .task_info? // .;
def problem: (.task_info?.error? // .error? // .)
  | if type == "string" then {message: .} elif type != "object" then {} else
      {code: (.code // .error_code), message: ([.title, .detail // .message // .error_message]
        | map(strings) | join(": "))} end;
def parts: [(.images[]? | {kind: "image", url: .}), (.videos[]? | {kind: "video", url: .}),
  (.output[]?.content[]? | {kind: .type} + if .type == "text" then {text} else {url} end)];
def asked($model): {"wan2.5-i2i-preview": 4, "wan2.5-t2i-preview": 4, "wan2.6-image": 4, "wan2.6-t2i": 4,
    "wan25_i2i_preview": 4, "wan25_i2i_preview_intl": 4, "wan25_t2i_preview": 4,
    "wan25_t2i_preview_intl": 4, "wan26_i2i": 1, "wan26_t2i": 4}[$model]
  as $default | (.parameters // .)
  | if $default == null or .enable_interleave == true then 0 else .n // $default end;'

now() { date +%s.%N; }
sum() { awk "BEGIN { printf \"%.6f\", $1 + $2 }"; }
above() { awk "BEGIN { exit !($1 > $2) }"; }

# request CURL-OPTION...: one request; sets status and fault, leaves head and body in files.
request() {
    : >"$dir/head"; : >"$dir/body"; fault=
    status=$(curl -q --silent --show-error --globoff --proto '=http,https' \
        --max-time "$WANPROOF_TIMEOUT" --dump-header "$dir/head" --output "$dir/body" \
        --write-out '%{http_code}' "$@" 2>"$dir/fault") || fault=$(cat "$dir/fault")
}

# What jq makes of the body; nothing if it is no JSON or not all there.
read_body() { [ -n "$fault" ] || jq -r "$json $1" "$dir/body" 2>"$dir/fault" || :; }

# says: one line about an answer that brought nothing.
says() {
    rest=${fault:-$(read_body 'problem | .message // empty')}
    if [ "$status" = 000 ]; then echo "no answer: $rest"; else echo "HTTP $status${rest:+: $rest}"; fi
}

# pause: seconds to wait before the next request, as Retry-After has it or the poll interval.
pause() {
    after=$(awk 'tolower($0) ~ /^retry-after:/ { sub(/^[^:]*:[ \t]*/, ""); sub(/[ \t\r]*$/, "");
        value = $0 } END { print value }' "$dir/head")
    case $after in
    '') after=0 ;;
    *[!0-9]*) after=$(sum "$(date --date="$after" +%s 2>"$dir/fault" || now)" "-$(now)") ;;
    esac
    if above "$after" "$WANPROOF_POLL_INTERVAL"; then echo "$after"; else echo "$WANPROOF_POLL_INTERVAL"; fi
}

# report OUTCOME MESSAGE: prints how it ended, with the code and the status of the last answer.
report() {
    jq -cn --arg outcome "$1" --arg message "$2" --arg id "$id" --arg status "$status" \
        --rawfile body "$dir/body" "$json"'
        ($body | fromjson? // null | problem.code) as $code
        | {$outcome, $message} + if $id == "" then {} else {task_id: $id} end
        + if $code == null then {} else {code: ($code | tostring)} end
        + if $status == "000" then {} else {status: ($status | tonumber)} end'
    exit 0
}

# is_media KIND: the body starts like a PNG, JPEG, WebP or MP4; its Content-Type may say anything.
is_media() {
    case $1:$(od -An -v -tx1 -N12 "$dir/body" | tr -d ' \n') in
    image:89504e47* | image:ffd8ff* | image:52494646????????57454250 | video:????????66747970*) ;;
    *) return 1 ;;
    esac
}

# download KIND URL: prints what came, or the error; without the key, for it is another host.
download() {
    for attempt in 1 2 3; do
        request --location --url "$2"
        wait=$(pause)
        case ${fault:+fault}$status in
        200) [ -s "$dir/body" ] || { jq -cn '{error: "empty"}'; return; }
            is_media "$1" || { jq -cn --arg kind "$1" '{error: "it is no \($kind)"}'; return; }
            sha=$(sha256sum <"$dir/body")
            jq -cn --arg sha "${sha%% *}" --arg bytes "$(wc -c <"$dir/body")" \
                '{sha256: $sha, bytes: ($bytes | tonumber)}'
            return ;;
        fault* | 429 | 5*) ;;
        *) break ;;
        esac
        if [ "$attempt" = 3 ] || above "$wait" "$WANPROOF_DEADLINE"; then break; fi
        sleep "$wait"
    done
    jq -cn --arg error "$(says)" '{$error}'
}

id='' status=000; : >"$dir/body"
cat >"$dir/case"
jq -c .payload "$dir/case" >"$dir/payload" || report unsupported 'jq cannot read the payload'
base=${WANPROOF_BASE_URL%/}
case $WANPROOF_VENDOR in
mulerouter) create=$base/vendors/alibaba/v1/$WANPROOF_MODEL/generation poll=$create ;;
vtrix) create=$base/model/v1/generation poll=$create/task ;;
*) report unsupported "no vendor of mine: $WANPROOF_VENDOR" ;;
esac
printf 'Authorization: Bearer %s\n' "$WANPROOF_API_KEY" >"$dir/key"

# The one create. Only a 429 is repeated: after any other fault a task may exist.
last=$(sum "$(now)" "$WANPROOF_DEADLINE")
while :; do
    end=$(sum "$(now)" "$WANPROOF_DEADLINE")
    request --header @"$dir/key" --header 'Content-Type: application/json' --header 'Expect:' \
        --data-binary @"$dir/payload" --url "$create"
    [ "$status" = 429 ] || break
    wait=$(pause)
    if above "$(sum "$(now)" "$wait")" "$last"; then break; fi
    sleep "$wait"
done
case $status in 2??) id=$(read_body 'task.id | strings | select(. != "") | "\(@uri) \(.)"') ;; esac
if [ -z "$id" ]; then
    case $status in [34]??) report refused "$(says)" ;; *) report gave_up "$(says)" ;; esac
fi
poll=$poll/${id%% *} id=${id#* } polled=$(now) wait=$WANPROOF_POLL_INTERVAL

# Polls until the task is done or the time is over. Odd answers end nothing.
while :; do
    if above "$(sum "$(now)" "$wait")" "$end"; then
        # A late answer must not cost the last poll, which may come sooner after it.
        if [ "$wait" != "$WANPROOF_POLL_INTERVAL" ] || above "$(sum "$polled" "$wait")" "$end"; then
            : >"$dir/body"; status=000
            report gave_up "no end after $WANPROOF_DEADLINE s"
        fi
        wait=$(sum "$end" "-$(now)")
        case $wait in -*) wait=0 ;; esac
    fi
    sleep "$wait"
    polled=$(now)
    request --header @"$dir/key" --url "$poll"
    case $status in
    401 | 402 | 403) report gave_up "$(says)" ;;
    2??) word=$(read_body 'task.status | strings | ascii_downcase') ;;
    *) word= ;;
    esac
    case $word in
    completed | succeeded) break ;;
    failed)
        status=000
        message=$(read_body 'problem | .message // empty')
        report failed "${message:-no reason}"
        ;;
    esac
    wait=$(pause)
done

# Downloads the files in their order; texts between them stay as they are.
mv "$dir/body" "$dir/end"
jq -r "$json"' parts[] | select(.kind != "text") | [.kind, .url] | @tsv' "$dir/end" >"$dir/files"
while IFS='	' read -r kind url; do download "$kind" "$url" </dev/null; done <"$dir/files" >"$dir/had"
jq -cn --arg id "$id" --arg model "$WANPROOF_MODEL" --slurpfile had "$dir/had" \
    --slurpfile payload "$dir/payload" --slurpfile told "$dir/end" "$json"'
    ($told[0] | parts) as $parts | {task_id: $id} + if $parts == [] then
        {outcome: "failed", message: "the task ended without results"}
    else {
        outcome: "completed",
        outputs: (reduce $parts[] as $part ({had: $had, all: []};
            if $part.kind == "text" then .all += [$part]
            else .all += [$part + .had[0]] | .had |= .[1:] end) | .all),
        partial: (($parts | map(select(.kind == "image")) | length)
            < ($payload[0] | asked($model)))
    } + ($told[0].usage.cost? | if type == "string" then {spent_usd: .} else {} end) end'
