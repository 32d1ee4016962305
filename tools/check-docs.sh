#!/usr/bin/env bash
# check-docs.sh: whether the documentation names the settings and metrics that the code has, and links to what is there.
source "$(dirname "$0")/project.sh"

wrong=0
# compare WHAT CODE DOCS: two lists, one entry a line.
compare() {
  local what=$1 missing extra
  missing=$(comm -23 <(sort -u <<<"$2") <(sort -u <<<"$3"))
  extra=$(comm -13 <(sort -u <<<"$2") <(sort -u <<<"$3"))
  [[ -n $2 ]] || { warn "no $what found in the code" && wrong=1; }
  [[ -z $missing ]] || { warn "docs/operations.md lacks the $what:" $missing && wrong=1; }
  [[ -z $extra ]] || { warn "docs/operations.md tells of $what that do not exist:" $extra && wrong=1; }
}

compare settings \
  "$(sed -n 's/.*{\.key = "\([a-z0-9_.]*\)".*/\1/p' bridge/config/settings_table.cc)" \
  "$(sed -n '/<!-- settings/,/^$/s/^| `\([a-z0-9_.]*\)` .*/\1/p' docs/operations.md)"
compare metrics \
  "$(grep -oh '"spanwire_[a-z_]*"' bridge/observe/exposition.cc | tr -d '"')" \
  "$(sed -n 's/^| `\(spanwire_[a-z_]*\).*/\1/p' docs/operations.md)"

while IFS=: read -r file link; do
  target=$(dirname "$file")/${link%%#*}
  [[ -e $target ]] || { warn "$file: there is no $link" && wrong=1; }
done < <(grep -o --with-filename --no-messages '](\([^):]*\))' README.md CONTRIBUTING.md CHANGELOG.md docs/*.md docs/adr/*.md |
  sed 's/](\(.*\))/\1/' | grep -v ':#')

exit "$wrong"
