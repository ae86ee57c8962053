package dev.holdfast.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Writes what teaches a shell to complete {@code holdfast}: one table, made from the commands' own
 * descriptions, and for each shell a little that looks into it.
 *
 * <p>Words that are offered are accepted. After {@code --} comes somebody else's command line,
 * which the shell completes as it does elsewhere.
 */
final class Completion {
  /** A shell that can be taught. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  /** What is completed as the name of a file; no word of ours looks so. */
  private static final String FILES = "<files>";

  private static final String USERS = "<users>";

  private Completion() {}

  static String script(Shell shell, CommandLine root) {
    return switch (shell) {
      case bash -> HEAD + table(root) + BASH;
      case zsh -> "#compdef holdfast\n" + HEAD + table(root) + ZSH;
      case fish -> HEAD + fish(root);
    };
  }

  // --- bash and zsh: a function in the language they share ---------------------------------------

  private static final String HEAD =
      "# Completion for holdfast; made by 'holdfast completion', from its own descriptions.\n";

  /**
   * {@code _holdfast_table PLACE PREVIOUS}: sets {@code values} if PREVIOUS is an option that takes
   * one, else {@code options} and {@code operands} of the command at PLACE.
   */
  private static String table(CommandLine root) {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        _holdfast_table() {
          values='' options='' operands=''
          case $1:$2 in
        """);
    List<Node> nodes = nodes(root);
    for (Node node : nodes) {
      for (OptionSpec option : node.options()) {
        if (takesValue(option)) {
          List<String> cases = new ArrayList<>();
          for (String name : option.names()) {
            cases.add(node.place() + ":" + name);
          }
          text.append("    ")
              .append(String.join(" | ", cases))
              .append(") values='")
              .append(quoted(words(option)))
              .append("' ;;\n");
        }
      }
    }
    text.append("  esac\n  [ -z \"$values\" ] || return 0\n  case $1 in\n");
    for (Node node : nodes) {
      text.append("    ")
          .append(node.place().isEmpty() ? "''" : node.place())
          .append(")\n      options='")
          .append(quoted(String.join(" ", node.optionNames())))
          .append("'\n      operands='")
          .append(quoted(node.operandWords()))
          .append("'\n      ;;\n");
    }
    text.append("  esac\n}\n\n_holdfast_is_command() {\n  case $1 in\n    ");
    List<String> places = nodes.stream().map(Node::place).filter(p -> !p.isEmpty()).toList();
    text.append(String.join(" | ", places)).append(") return 0 ;;\n  esac\n  return 1\n}\n\n");
    return text.toString();
  }

  /** The end of a loop over the words, and what may stand for the next: both shells know this. */
  private static final String WHICH_VALUES =
      """
          if _holdfast_is_command "$place/$word"; then
            place=$place/$word
          fi
        done
        _holdfast_table "$place" "$prev"
        if [[ -z $values ]]; then
          if [[ $cur == -* ]]; then
            values=$options
          else
            values=$operands
          fi
        fi
        case $values in
      """;

  private static final String BASH =
      """
      _holdfast() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
        local place='' word i values options operands
        # --kind=o is three words to bash.
        if [[ $cur == = ]]; then
          cur=''
        elif [[ $prev == = ]]; then
          prev=${COMP_WORDS[COMP_CWORD - 2]}
        fi
        COMPREPLY=()
        for ((i = 1; i < COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          if [[ $word == -- ]]; then
            if declare -F _command_offset >/dev/null; then
              _command_offset $((i + 1))
            elif ((i + 1 == COMP_CWORD)); then
              mapfile -t COMPREPLY < <(compgen -c -- "$cur")
            else
              mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            fi
            return
          fi
      """
          + WHICH_VALUES
          + """
              '<files>')
                compopt -o filenames 2>/dev/null
                mapfile -t COMPREPLY < <(compgen -f -- "$cur")
                ;;
              '<users>') mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
              '<none>') ;;
              *) mapfile -t COMPREPLY < <(compgen -W "$values" -- "$cur") ;;
            esac
          }
          complete -F _holdfast holdfast ./holdfast
          """;

  private static final String ZSH =
      """
      _holdfast() {
        local cur=${words[CURRENT]} prev=${words[CURRENT-1]}
        local place='' word i values options operands
        if [[ $cur == --*=* ]]; then
          prev=${cur%%=*}
          compset -P '*='
        fi
        for ((i = 2; i < CURRENT; i++)); do
          word=${words[i]}
          if [[ $word == -- ]]; then
            shift $i words
            ((CURRENT -= i))
            _normal
            return
          fi
      """
          + WHICH_VALUES
          + """
              '<files>') _files ;;
              '<users>') _users ;;
              '<none>') ;;
              *) compadd -- ${=values} ;;
            esac
          }
          if [[ $funcstack[1] == _holdfast ]]; then
            _holdfast "$@"
          elif (($+functions[compdef])); then
            compdef _holdfast holdfast
          fi
          """;

  // --- fish
  // ---------------------------------------------------------------------------------------

  private static String fish(CommandLine root) {
    StringBuilder text = new StringBuilder();
    List<Node> nodes = nodes(root);
    text.append(
        """
        function __holdfast_place
            set -l place ''
            for word in (commandline -opc)[2..-1]
                if test "$word" = --
                    echo '<command>'
                    return
                end
                switch "$place/$word"
                    case\
        """);
    for (Node node : nodes) {
      if (!node.place().isEmpty()) {
        text.append(' ').append(node.place());
      }
    }
    text.append(
        """

                        set place "$place/$word"
                end
            end
            echo "$place"
        end

        function __holdfast_at
            test (__holdfast_place) = "$argv[1]"
        end

        complete -c holdfast -f
        complete -c holdfast -n "__holdfast_at '<command>'" -F -a '(complete -C (string join " " -- (string escape -- (__holdfast_after)) (commandline -ct)))'

        function __holdfast_after
            set -l words (commandline -opc)
            set -l at (contains -i -- -- $words)
            test $at -lt (count $words)
            and printf '%s\\n' $words[(math $at + 1)..-1]
        end

        """);
    for (Node node : nodes) {
      String at = "complete -c holdfast -n \"__holdfast_at '" + node.place() + "'\"";
      for (CommandLine sub : node.subcommands()) {
        text.append(at)
            .append(" -a ")
            .append(sub.getCommandName())
            .append(" -d '")
            .append(fishQuoted(firstSentence(sub)))
            .append("'\n");
      }
      for (PositionalParamSpec operand : node.operands()) {
        text.append(at).append(fishValues(words(operand), "")).append('\n');
      }
      for (OptionSpec option : node.options()) {
        text.append(at);
        for (String name : option.names()) {
          text.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceFirst("^-+", ""));
        }
        if (takesValue(option)) {
          text.append(fishValues(words(option), " -x"));
        }
        text.append(" -d '")
            .append(fishQuoted(String.join(" ", option.description())))
            .append("'\n");
      }
    }
    return text.toString();
  }

  /** For words, {@code exclusive} keeps the names of files away. */
  private static String fishValues(String words, String exclusive) {
    return switch (words) {
      case FILES -> exclusive.isEmpty() ? " -F" : " -r -F";
      case USERS -> exclusive + " -a '(__fish_complete_users)'";
      case NOTHING -> exclusive;
      default -> exclusive + " -a '" + fishQuoted(words) + "'";
    };
  }

  private static String firstSentence(CommandLine command) {
    String[] description = command.getCommandSpec().usageMessage().description();
    String text = description.length == 0 ? "" : description[0];
    int end = text.indexOf(". ");
    String sentence = end < 0 ? text : text.substring(0, end);
    int colon = sentence.indexOf(':');
    return (colon < 0 ? sentence : sentence.substring(0, colon)).replaceFirst("\\.$", "");
  }

  private static String fishQuoted(String text) {
    return text.replace("%%", "%").replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ");
  }

  // --- what there is
  // ------------------------------------------------------------------------------

  private static final String NOTHING = "<none>";

  /** A command, and where it is: {@code "/tree/rm"}, the root being {@code ""}. */
  private record Node(String place, CommandLine command) {
    List<OptionSpec> options() {
      return command.getCommandSpec().options().stream().filter(o -> !o.hidden()).toList();
    }

    List<String> optionNames() {
      return options().stream().flatMap(option -> List.of(option.names()).stream()).toList();
    }

    List<CommandLine> subcommands() {
      return List.copyOf(command.getSubcommands().values());
    }

    List<PositionalParamSpec> operands() {
      return command.getCommandSpec().positionalParameters();
    }

    String operandWords() {
      if (!subcommands().isEmpty()) {
        return String.join(" ", command.getSubcommands().keySet());
      }
      // One word list and no second kind of operand, in every command there is.
      return operands().isEmpty() ? NOTHING : words(operands().getFirst());
    }
  }

  private static List<Node> nodes(CommandLine root) {
    List<Node> nodes = new ArrayList<>();
    add("", root, nodes);
    return nodes;
  }

  private static void add(String place, CommandLine command, List<Node> nodes) {
    nodes.add(new Node(place, command));
    command.getSubcommands().forEach((name, sub) -> add(place + "/" + name, sub, nodes));
  }

  private static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  /** The words that are accepted, if they are few; else what kind of thing it is. */
  private static String words(ArgSpec arg) {
    if (arg.completionCandidates() != null) {
      List<String> words = new ArrayList<>();
      arg.completionCandidates().forEach(words::add);
      if (!words.isEmpty()) {
        return String.join(" ", words);
      }
    }
    Class<?> type = arg.typeInfo().isMultiValue() ? arg.auxiliaryTypes()[0] : arg.type();
    String label = arg.paramLabel().toUpperCase(Locale.ROOT);
    if (type == Path.class || type == File.class || label.matches("(PATH|FILE|NAME|DIR)\\b.*")) {
      return FILES;
    }
    return label.startsWith("USER") ? USERS : NOTHING;
  }

  private static String quoted(String text) {
    return text.replace("'", "'\\''");
  }
}
