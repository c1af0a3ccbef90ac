"""What each shell needs for completion: its script, how it passes words, and how it expects the offers."""

from foresto_cli.errors import UsageError

BASH, ZSH, FISH, POWERSHELL = "bash", "zsh", "fish", "powershell"
SCRIPTS = {
    BASH: """_foresto() {
    local IFS=$'\\n'
    COMPREPLY=($(foresto --complete bash "${COMP_WORDS[@]:1:COMP_CWORD-1}" "=${COMP_WORDS[COMP_CWORD]}" 2>/dev/null))
}
complete -o default -F _foresto foresto""",
    ZSH: """#compdef foresto
_foresto() {
    local -a found
    found=("${(@f)$(foresto --complete zsh "${(@)words[2,CURRENT-1]}" "=${words[CURRENT]}" 2>/dev/null)}")
    if [[ -n "$found" ]]; then _describe foresto found; else _files; fi
}
compdef _foresto foresto""",
    FISH: """function __foresto_complete
    set -l words (commandline -opc)
    foresto --complete fish $words[2..-1] "="(commandline -ct) 2>/dev/null
end
complete -c foresto -f -a '(__foresto_complete)'""",
    POWERSHELL: """Register-ArgumentCompleter -Native -CommandName foresto -ScriptBlock {
    param($begun, $ast, $position)
    $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
    if ($begun -and $words.Count) { $words = @($words | Select-Object -SkipLast 1) }
    foresto --complete powershell @words "=$begun" 2>$null | ForEach-Object {
        $word, $said = $_ -split "`t", 2
        if (-not $said) { $said = $word }
        [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $said)
    }
}""",
}
"""The script that each shell has to run once."""


def script(shell: str) -> str:
    """Return the script that a shell has to run once.

    Raises:
        UsageError: there is no script for this shell.
    """
    if shell not in SCRIPTS:
        raise UsageError(f"{shell}: 그런 셸은 모릅니다. {', '.join(SCRIPTS)} 가운데 하나를 적으세요.")
    return SCRIPTS[shell]


def plain(word: str) -> str:
    """Return a word without quotes and backslashes: shells pass the text of the line unparsed."""
    return word.replace("\\", "").replace('"', "").replace("'", "")


def written(shell: str, word: str, said: str) -> str:
    """Return an offered word and its description as the line that the shell expects."""
    if shell == BASH:
        return "".join(f"\\{letter}" if letter in " ()&|;<>$`\"'" else letter for letter in word)
    if shell == ZSH:
        escaped = word.replace(":", "\\:")
        return f"{escaped}:{said}" if said else escaped
    return f"{word}\t{said}" if said else word
