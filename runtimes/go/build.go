// What `go build` does of it for one program, without its cache, its modules and the 120 ms they take: the entry's
// package and those beside it that it imports go to the compiler, the result to the linker, both against the
// standard library as `prepare` has listed it in the importcfg beside this program.
//
//	build OUT ENTRY [vet]    in the work directory; files that belong to no other system are taken as go takes them.
//	                         vet: what `go vet` finds in it stands on standard error, and ends nothing
//
// Local packages are imported as "MODULE/dir" when there is a go.mod that names MODULE, or as "./dir".
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/build"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

type builder struct {
	tools, temp, config string
	module              string
	vet                 bool
	archives            map[string]string // Of local packages, by folder; empty while it is being built.
}

func main() {
	vet := len(os.Args) == 4 && os.Args[3] == "vet"
	if len(os.Args) != 3 && !vet {
		fail(errors.New("usage: build OUT ENTRY [vet]"))
	}
	b, err := newBuilder()
	if err == nil {
		b.vet = vet
		err = b.run(os.Args[1], os.Args[2])
		os.RemoveAll(b.temp)
	}
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) { // It has said why.
		if status := exit.Sys().(syscall.WaitStatus); status.Signaled() {
			syscall.Kill(os.Getpid(), status.Signal())
		}
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "go:", err)
	os.Exit(1)
}

func newBuilder() (*builder, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	config, err := os.ReadFile(filepath.Join(filepath.Dir(self), "importcfg"))
	if err != nil {
		return nil, err
	}
	temp, err := os.MkdirTemp("", "go-")
	return &builder{build.ToolDir, temp, string(config), moduleName(), false, map[string]string{}}, err
}

func moduleName() string {
	text, _ := os.ReadFile("go.mod") // There need not be one.
	if found := regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`).FindSubmatch(text); found != nil {
		return string(found[1])
	}
	return ""
}

func (b *builder) run(out, entry string) error {
	work, err := os.Getwd()
	if err != nil {
		return err
	}
	if entry, err = filepath.Rel(work, entry); err != nil {
		return err
	}
	archive, err := b.compile("main", path.Dir(entry), path.Base(entry))
	if err != nil {
		return err
	}
	config, err := b.importConfig()
	if err != nil {
		return err
	}
	return b.call("link", "-s", "-w", "-buildid=", "-importcfg", config, "-o", out, archive)
}

// The archive of the package in `dir`; of an entry its own file is one whatever its name says.
func (b *builder) compile(name, dir, entry string) (string, error) {
	files, pkg, err := b.sources(dir, entry)
	if err != nil {
		return "", err
	}
	if name == "main" && pkg.Name != "main" {
		return "", fmt.Errorf("package %s is not a program: the entry's package must be main", pkg.Name)
	}
	b.archives[dir] = ""
	archive := filepath.Join(b.temp, fmt.Sprintf("%d.a", len(b.archives)))
	for _, imported := range pkg.Imports {
		if err := b.compileLocal(imported); err != nil {
			return "", err
		}
	}
	config, err := b.importConfig()
	if err != nil {
		return "", err
	}
	work, _ := os.Getwd()
	args := []string{"-p", name, "-complete", "-pack", "-trimpath", work + "=>", "-importcfg", config, "-o", archive}
	if len(pkg.EmbedPatterns) > 0 {
		embed, err := b.embedConfig(dir, pkg.EmbedPatterns)
		if err != nil {
			return "", err
		}
		args = append(args, "-embedcfg", embed)
	}
	if err := b.call("compile", append(args, files...)...); err != nil || !b.vet {
		return archive, err
	}
	return archive, b.check(name, files)
}

// One package, by cmd/vet as `go vet` starts it: with a file that says all that it wants to know. What it finds are suspicions.
func (b *builder) check(name string, files []string) error {
	work, _ := os.Getwd()
	config := struct {
		ID, Compiler, Dir, ImportPath, VetxOutput string
		GoFiles                                   []string
		ImportMap, PackageFile                    map[string]string
	}{name, "gc", work, name, filepath.Join(b.temp, "facts"), files, map[string]string{}, map[string]string{}}
	for _, line := range strings.Split(b.config, "\n") {
		if name, file, found := strings.Cut(strings.TrimPrefix(line, "packagefile "), "="); found {
			config.ImportMap[name], config.PackageFile[name] = name, file
		}
	}
	text, err := json.Marshal(config)
	if err != nil {
		return err
	}
	file := filepath.Join(b.temp, "vet.cfg")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		return err
	}
	if err := b.call("vet", file); errors.As(err, new(*exec.ExitError)) {
		return nil
	} else {
		return err
	}
}

func (b *builder) call(tool string, args ...string) error {
	command := exec.Command(filepath.Join(b.tools, tool), args...)
	command.Stdout, command.Stderr = os.Stderr, os.Stderr
	return command.Run()
}

func (b *builder) sources(dir, entry string) ([]string, *build.Package, error) {
	context := build.Default
	context.CgoEnabled = true // So that import "C" is seen, and refused here by name.
	context.ReadDir = func(dir string) ([]fs.FileInfo, error) { return readDir(dir) }
	pkg, err := context.ImportDir(dir, 0)
	if pkg == nil {
		return nil, nil, err
	}
	names := append([]string{}, pkg.GoFiles...)
	if entry != "" && !contains(names, entry) {
		names = append(names, entry)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) {
			pkg.Name, err = "main", nil // The compiler will tell of what it is not.
		}
	}
	switch {
	case len(pkg.CgoFiles) > 0:
		return nil, nil, fmt.Errorf("%s: import \"C\": cgo is not available", path.Join(dir, pkg.CgoFiles[0]))
	case len(pkg.SFiles) > 0:
		return nil, nil, fmt.Errorf("%s: assembly is not available", path.Join(dir, pkg.SFiles[0]))
	case err != nil && len(pkg.InvalidGoFiles) == 0: // Of those the compiler speaks better.
		return nil, nil, err
	case err != nil:
		names = append(append([]string{}, pkg.GoFiles...), missing(pkg.InvalidGoFiles, pkg.GoFiles)...)
		if pkg.Name == "" {
			pkg.Name = "main"
		}
	}
	for i, name := range names {
		names[i] = "./" + path.Join(dir, name)
	}
	return names, pkg, nil
}

func readDir(dir string) ([]fs.FileInfo, error) {
	entries, err := os.ReadDir(dir)
	infos := []fs.FileInfo{}
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil {
			infos = append(infos, info)
		}
	}
	return infos, err
}

func (b *builder) compileLocal(imported string) error {
	dir, local := b.folder(imported)
	if !local {
		return nil // The standard library's, or the compiler says that there is no such package.
	}
	if archive, begun := b.archives[dir]; begun && archive == "" {
		return fmt.Errorf("import cycle: %q is imported by what it imports", imported)
	} else if begun {
		return nil
	}
	archive, err := b.compile(imported, dir, "")
	if err != nil {
		return err
	}
	b.archives[dir] = archive
	b.config += fmt.Sprintf("packagefile %s=%s\n", imported, archive)
	return nil
}

func (b *builder) folder(imported string) (string, bool) {
	if strings.HasPrefix(imported, "./") {
		return path.Clean(imported), true
	}
	inside := strings.TrimPrefix(imported, b.module+"/")
	return path.Clean(inside), b.module != "" && inside != imported
}

func (b *builder) importConfig() (string, error) {
	file := filepath.Join(b.temp, "importcfg")
	return file, os.WriteFile(file, []byte(b.config), 0o600)
}

// //go:embed: which files each pattern means, below the package's folder only.
func (b *builder) embedConfig(dir string, patterns []string) (string, error) {
	config := struct {
		Patterns map[string][]string
		Files    map[string]string
	}{map[string][]string{}, map[string]string{}}
	for _, pattern := range patterns {
		names, err := embedded(dir, pattern)
		if err != nil {
			return "", err
		}
		config.Patterns[pattern] = names
		for _, name := range names {
			config.Files[name] = filepath.Join(dir, name)
		}
	}
	var text bytes.Buffer
	if err := json.NewEncoder(&text).Encode(config); err != nil {
		return "", err
	}
	file := filepath.Join(b.temp, "embedcfg")
	return file, os.WriteFile(file, text.Bytes(), 0o600)
}

func embedded(dir, pattern string) ([]string, error) {
	glob := strings.TrimPrefix(pattern, "all:")
	if !fs.ValidPath(glob) {
		return nil, fmt.Errorf("go:embed %s: invalid pattern syntax", pattern)
	}
	var names []string
	found, err := fs.Glob(os.DirFS(dir), glob)
	for _, top := range found {
		walk := func(name string, entry fs.DirEntry, err error) error {
			hidden := name != top && glob == pattern && strings.ContainsAny(path.Base(name)[:1], "._")
			switch {
			case err != nil:
				return err
			case hidden && entry.IsDir():
				return fs.SkipDir
			case !hidden && entry.Type().IsRegular():
				names = append(names, name)
			}
			return nil
		}
		if err := fs.WalkDir(os.DirFS(dir), top, walk); err != nil {
			return nil, err
		}
	}
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("go:embed %s: no matching files found", pattern)
	}
	return names, err
}

func contains(list []string, text string) bool {
	for _, item := range list {
		if item == text {
			return true
		}
	}
	return false
}

func missing(list, from []string) (rest []string) {
	for _, item := range list {
		if !contains(from, item) {
			rest = append(rest, item)
		}
	}
	return rest
}
