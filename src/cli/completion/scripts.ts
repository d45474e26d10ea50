/** The scripts that make a shell ask `ipvsim --complete WORD...`; the last word is the one at the cursor. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the braces are the shell's.

/** bash cuts words at = and : too, and wants only what comes after the cut. */
const BASH = [
  '# ipvsim completion for bash: put this into ~/.bashrc or /etc/bash_completion.d/ipvsim',
  '_ipvsim() {',
  '  local line="${COMP_LINE:0:COMP_POINT}" word prefix found',
  '  local -a words',
  '  read -ra words <<< "$line"',
  '  case "$line" in *[[:space:]]) words+=("") ;; esac',
  '  word="${words[${#words[@]}-1]}"',
  '  prefix="${word%"${word##*[=:]}"}"',
  '  COMPREPLY=()',
  '  while IFS= read -r found; do',
  '    COMPREPLY+=("${found#"$prefix"}")',
  '  done < <(ipvsim --complete "${words[@]:1}" 2> /dev/null)',
  '  case "${COMPREPLY[*]}" in *" "*) ;; *=) compopt -o nospace 2> /dev/null ;; esac',
  '}',
  'complete -o bashdefault -o default -F _ipvsim ipvsim',
];

const ZSH = [
  '#compdef ipvsim',
  '# ipvsim completion for zsh: put this into a file _ipvsim in a folder of $fpath, or source it after compinit',
  '_ipvsim() {',
  '  local -a found open',
  '  found=("${(@f)$(ipvsim --complete "${(@)words[2,CURRENT]}" 2> /dev/null)}")',
  '  found=(${found:#})',
  '  (( ${#found} )) || { _files; return }',
  '  open=(${(M)found:#*=})',
  '  found=(${found:#*=})',
  "  (( ${#open} )) && compadd -S '' -a open",
  '  (( ${#found} )) && compadd -a found',
  '}',
  'if [ "$funcstack[1]" = "_ipvsim" ]; then _ipvsim "$@"; else compdef _ipvsim ipvsim; fi',
];

const FISH = [
  '# ipvsim completion for fish: put this into ~/.config/fish/completions/ipvsim.fish',
  'function __ipvsim_complete',
  '    set -l words (commandline -opc)',
  '    ipvsim --complete $words[2..] (commandline -ct) 2> /dev/null',
  'end',
  '# File names only where there is nothing else to offer.',
  "complete -c ipvsim -f -n 'count (__ipvsim_complete) > /dev/null' -a '(__ipvsim_complete)'",
];

const LINES = { bash: BASH, zsh: ZSH, fish: FISH } as const;

export type Shell = keyof typeof LINES;

export const SHELLS = Object.keys(LINES) as readonly Shell[];

export function completionScript(shell: Shell): string {
  return `${LINES[shell].join('\n')}\n`;
}
